import { MlserveError } from "../../core/errors.js";
import { authorize, loginHint } from "./authorize.js";
import { parseChallenge } from "./challenge.js";
import { findCredentials } from "./credentials.js";
import type { Environment } from "./docker-config.js";
import { DEFAULT_RETRY, PassingFailure, parseRetryAfter, type RetryPolicy, withRetries } from "./retry.js";

export interface RegistryOptions {
  /** Where `docker login` keeps what it knows is found by these variables. */
  readonly environment: Environment;
  /** Speak HTTP to any registry; default: only to this machine. */
  readonly insecure?: boolean;
  readonly retry?: RetryPolicy;
}

export interface OpenRegistryOptions extends RegistryOptions {
  readonly registry: string;
  readonly repository: string;
  readonly actions: "pull" | "pull,push";
  /** Other repositories of it whose layers may be used. */
  readonly alsoPull?: readonly string[];
}

export interface RegistryRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "PATCH";
  /** Below the repository, such as `blobs/sha256:…`, or where the registry said to go on. */
  readonly path: string | URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** Statuses that the caller deals with; others are failures. Those of success always are. */
  readonly accepts?: readonly number[];
}

/** One repository of a registry, with whatever it takes to be let in. */
export interface RegistryClient {
  /** What to call it in an error. */
  readonly where: string;
  readonly repository: string;
  readonly retry: RetryPolicy;
  /** Sends once. Throws a {@link PassingFailure} for what may be better the next time, and `registry_failed`. */
  send(request: RegistryRequest): Promise<Response>;
  /** Sends until it is answered or the tries are used up. Throws `registry_failed`. */
  request(request: RegistryRequest): Promise<Response>;
}

export function openRegistry(options: OpenRegistryOptions): RegistryClient {
  const { registry, repository, retry = DEFAULT_RETRY } = options;
  const base = baseUrl(registry, options.insecure === true);
  const where = `${registry}/${repository}`;
  let authorization: string | undefined;
  let hasAnswered = false;

  async function sendOnce(request: RegistryRequest): Promise<Response> {
    const url = toUrl(request.path, base, repository);
    const known = url.host === base.host && authorization !== undefined ? { authorization } : {};
    const { method, headers, body } = request;
    try {
      const sent = { method, headers: { ...headers, ...known }, ...(body === undefined ? {} : { body }) };
      const response = await fetch(url, sent);
      hasAnswered = true;
      return response;
    } catch (cause) {
      const error = unreachable(where, base, cause);
      // A registry that was never there is not waited for; one that was may be starting anew.
      throw hasAnswered || PASSING.includes(networkCode(cause)) ? new PassingFailure(error) : error;
    }
  }

  async function letIn(response: Response): Promise<void> {
    const challenge = parseChallenge(response.headers.get("www-authenticate") ?? "");
    await response.body?.cancel();
    if (challenge === undefined)
      throw new MlserveError("registry_failed", "refuses who asks", { where, hint: loginHint(where) });
    const credentials = await findCredentials(registry, options.environment);
    const plainHttp = base.protocol === "http:";
    authorization = await authorize({ challenge, credentials, scopes: scopesOf(options), plainHttp, where });
  }

  async function send(request: RegistryRequest): Promise<Response> {
    let response = await sendOnce(request);
    if (response.status === 401) {
      // Also in the middle of a long work: tokens last for minutes.
      await letIn(response);
      response = await sendOnce(request);
    }
    return checkStatus(response, request, where);
  }

  return { where, repository, retry, send, request: (request) => withRetries(retry, () => send(request)) };
}

function scopesOf({ repository, actions, alsoPull = [] }: OpenRegistryOptions): string[] {
  return [`repository:${repository}:${actions}`, ...alsoPull.map((other) => `repository:${other}:pull`)];
}

/** This machine is spoken to as Docker does, without encryption. */
function baseUrl(registry: string, insecure: boolean): URL {
  const local = /^(localhost|127(\.\d+){3}|\[::1\])(:\d+)?$/.test(registry);
  const host = registry === "docker.io" ? "registry-1.docker.io" : registry;
  return new URL(`${insecure || local ? "http" : "https"}://${host}/`);
}

function toUrl(path: string | URL, base: URL, repository: string): URL {
  if (typeof path === "string") return new URL(`v2/${repository}/${path}`, base);
  const url = new URL(path);
  // Behind a proxy some registries do not know that they are spoken to over TLS.
  if (url.host === base.host) url.protocol = base.protocol;
  return url;
}

async function checkStatus(response: Response, { accepts = [] }: RegistryRequest, where: string): Promise<Response> {
  const { status } = response;
  if (response.ok || accepts.includes(status)) return response;
  const said = await readFault(response);
  const { reason, hint } = describeStatus(status, said, where);
  const error = new MlserveError("registry_failed", reason, { where, ...(hint === undefined ? {} : { hint }) });
  if (status !== 408 && status !== 429 && status < 500) throw error;
  throw new PassingFailure(error, parseRetryAfter(response.headers.get("retry-after"), Date.now()));
}

/** The code that the specification has for a fault, such as `MANIFEST_UNKNOWN`. */
async function readFault(response: Response): Promise<string | undefined> {
  const text = await response.text().catch(() => "");
  return /"code"\s*:\s*"([A-Z_]{1,40})"/.exec(text.slice(0, 4096))?.[1];
}

function describeStatus(status: number, code: string | undefined, where: string): { reason: string; hint?: string } {
  const told = code === undefined ? `status ${status}` : `status ${status}, ${code}`;
  if (status === 401 || status === 403) return { reason: `refuses who asks (${told})`, hint: loginHint(where) };
  if (status === 404) return { reason: `does not have what was asked for (${told})`, hint: "Check the name" };
  if (status === 429) return { reason: `has been asked too often (${told})`, hint: "Try again later" };
  return { reason: `the registry answered with ${told}` };
}

const NETWORK_REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody answers there",
  ENOTFOUND: "there is no such host",
  EAI_AGAIN: "the name of its host cannot be looked up",
  ECONNRESET: "the connection broke",
  UND_ERR_SOCKET: "the connection broke",
  UND_ERR_CONNECT_TIMEOUT: "it does not answer in time",
  UND_ERR_HEADERS_TIMEOUT: "it does not answer in time",
  ERR_SSL_WRONG_VERSION_NUMBER: "it does not speak TLS",
  EPROTO: "it does not speak TLS",
};

/** Codes of what may be better a moment later, whoever is there. */
const PASSING: readonly string[] = ["ECONNRESET", "ETIMEDOUT", "EPIPE", "UND_ERR_SOCKET", "UND_ERR_HEADERS_TIMEOUT"];

/** The code of what fetch failed by; empty where it has none. */
function networkCode(cause: unknown): string {
  const inner = cause instanceof Error ? cause.cause : undefined;
  return inner instanceof Error && "code" in inner && typeof inner.code === "string" ? inner.code : "";
}

function unreachable(where: string, { protocol }: URL, cause: unknown): MlserveError {
  const code = networkCode(cause);
  const reason = NETWORK_REASONS[code] ?? (code === "" ? "the connection failed" : `the system reports ${code}`);
  const tls = protocol === "https:" && /TLS/.test(reason);
  const hint = tls ? { hint: "--insecure speaks HTTP to it" } : {};
  return new MlserveError("registry_failed", `the registry cannot be reached: ${reason}`, { where, ...hint, cause });
}
