import { z } from "zod";
import { MlserveError } from "../../core/errors.js";
import type { Challenge } from "./challenge.js";
import type { Credentials } from "./credentials.js";

const TOKEN = z.object({ token: z.string().optional(), access_token: z.string().optional() });

export interface AuthorizeOptions {
  readonly challenge: Challenge;
  readonly credentials: Credentials | undefined;
  /** `repository:NAME:pull,push` for each repository that is asked. */
  readonly scopes: readonly string[];
  /** May passwords go out unencrypted? */
  readonly plainHttp: boolean;
  /** What to call the registry in an error. */
  readonly where: string;
}

/**
 * The header `Authorization` with which a registry lets one in: a token of the place that its challenge names, or the
 * password itself. Throws `registry_failed` where there is none to be had.
 */
export async function authorize(options: AuthorizeOptions): Promise<string> {
  const { challenge, credentials, where } = options;
  if (challenge.scheme === "bearer") return `Bearer ${await fetchToken(challenge, options)}`;
  if (credentials?.kind === "password") return basic(credentials);
  throw new MlserveError("registry_failed", "wants a name and a password", { where, hint: loginHint(where) });
}

export function loginHint(where: string): string {
  return `Log in with: docker login ${where.split("/")[0]}`;
}

async function fetchToken(challenge: Challenge & { scheme: "bearer" }, options: AuthorizeOptions): Promise<string> {
  const { where } = options;
  const realm = checkRealm(challenge.realm, options);
  const response = await askRealm(realm, challenge.service, options).catch((cause: unknown) => {
    throw new MlserveError("registry_failed", "the place that gives its tokens cannot be reached", { where, cause });
  });
  if (!response.ok)
    throw new MlserveError("registry_failed", `no token was given for it (status ${response.status})`, {
      where,
      hint: loginHint(where),
    });
  const told = TOKEN.safeParse(await response.json().catch(() => undefined));
  const token = told.data?.token ?? told.data?.access_token;
  if (token === undefined)
    throw new MlserveError("registry_failed", "the place that gives its tokens answers with none", { where });
  return token;
}

function askRealm(realm: URL, service: string | undefined, options: AuthorizeOptions): Promise<Response> {
  const { credentials, scopes } = options;
  const fields = new URLSearchParams(service === undefined ? {} : { service });
  if (credentials?.kind === "identity") {
    const grant = { grant_type: "refresh_token", client_id: "mlserve", refresh_token: credentials.token };
    for (const [name, value] of Object.entries({ ...grant, scope: scopes.join(" ") })) fields.set(name, value);
    return fetch(realm, { method: "POST", body: fields });
  }
  for (const scope of scopes) fields.append("scope", scope);
  for (const [name, value] of fields) realm.searchParams.append(name, value);
  return fetch(realm, { headers: credentials === undefined ? {} : { authorization: basic(credentials) } });
}

/** A registry may not send the password of a protected one over an open line. */
function checkRealm(text: string, { plainHttp, where }: AuthorizeOptions): URL {
  const realm = URL.canParse(text) ? new URL(text) : undefined;
  if (realm?.protocol === "https:" || (realm?.protocol === "http:" && plainHttp)) return realm;
  throw new MlserveError("registry_failed", "gives its tokens at a place that is not protected", { where });
}

function basic({ username, password }: { username: string; password: string }): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}
