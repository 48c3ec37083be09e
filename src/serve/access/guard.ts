import type { Context, MiddlewareHandler } from "hono";
import { cors } from "hono/cors";
import { MlserveError } from "../../core/errors.js";
import { problemResponse } from "../../http/problem.js";
import type { AppEnv } from "../app.js";
import type { KeyFinder } from "./api-keys.js";

/** Who may ask, and how often. What is left out is open. */
export interface AccessRules {
  /** Who a key belongs to; whoever brings none that is known is refused with 401, but for health. */
  readonly findKey?: KeyFinder;
  /** How often one key, or one address where there are no keys, may ask before it gets 429. */
  readonly limiter?: Limiter;
  /** Names that the Host header may have, without a port. */
  readonly allowedHosts?: readonly string[];
  /** Origins of pages that may ask, as browsers write them. */
  readonly corsOrigins?: readonly string[];
}

/** Counts the requests of each caller, here or for several processes together. */
export interface Limiter {
  /** Takes one request of a caller: 0 when it may go on, else the milliseconds to wait for that. */
  take(caller: string): number | Promise<number>;
}

/** Asked by the platform that runs the server, which has no key. */
const OPEN: ReadonlySet<string> = new Set(["/ping", "/health", "/health/ready", "/health/live"]);

/** The middlewares that let requests through by the rules, in the order in which they are to be used. */
export function guards({ findKey, limiter, allowedHosts, corsOrigins }: AccessRules): MiddlewareHandler<AppEnv>[] {
  const hosts = allowedHosts === undefined ? [] : [hostGuard(allowedHosts)];
  const origins = corsOrigins === undefined ? [] : [cors({ origin: [...corsOrigins], maxAge: 600 })];
  const keys = findKey === undefined && limiter === undefined ? [] : [callerGuard(findKey, limiter)];
  return [...hosts, ...origins, ...keys];
}

/** A page can make its own name stand for this machine's address; it cannot make its browser send another name. */
function hostGuard(allowed: readonly string[]): MiddlewareHandler<AppEnv> {
  const names = new Set(allowed.map((name) => name.toLowerCase()));
  return async (context, next) => {
    const { hostname } = new URL(context.req.url);
    if (names.has(hostname.toLowerCase())) return await next();
    return problemResponse(
      new MlserveError("host_not_allowed", "this server does not answer under that name", { where: "Host" }),
    );
  };
}

function callerGuard(findKey: KeyFinder | undefined, limiter: Limiter | undefined): MiddlewareHandler<AppEnv> {
  return async (context, next) => {
    if (OPEN.has(context.req.path)) return await next();
    const caller = findKey === undefined ? addressOf(context) : findKey(presentedKey(context));
    if (caller === undefined) return unauthorized();
    const waitMs = (await limiter?.take(caller)) ?? 0;
    return waitMs === 0 ? await next() : tooMany(waitMs);
  };
}

function presentedKey({ req }: Context): string {
  const bearer = /^Bearer +(\S+)$/i.exec(req.header("authorization") ?? "")?.[1];
  return bearer ?? req.header("x-api-key") ?? "";
}

function addressOf({ env }: Context<AppEnv>): string {
  return env?.incoming?.socket.remoteAddress ?? "unknown";
}

function unauthorized(): Response {
  const error = new MlserveError("unauthorized", "expected a key of this server", {
    where: "Authorization",
    hint: "Send it as Authorization: Bearer KEY",
  });
  return problemResponse(error, { "www-authenticate": "Bearer" });
}

function tooMany(waitMs: number): Response {
  const error = new MlserveError("rate_limited", "this caller has sent more requests than it may", {
    hint: "Wait for as long as Retry-After says",
    retryAfterMs: waitMs,
  });
  return problemResponse(error);
}
