import { resolve } from "node:path";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type ApiKey, checkKey, createKeyFinder, parseApiKeys } from "../src/serve/access/api-keys.js";
import type { AccessRules, Limiter } from "../src/serve/access/guard.js";
import { RateLimiter } from "../src/serve/access/rate-limiter.js";
import type { TlsFiles } from "../src/serve/access/tls.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import type { Io } from "./io.js";
import { readNamed } from "./named-files.js";

type ServeOptions = CommandContext<typeof SERVE_OPTIONS>["options"];

/** The keys that requests may carry, by the options. Throws `usage` for keys and files that cannot be used. */
export function readKeys(options: ServeOptions, io: Io): readonly ApiKey[] {
  return [...keyOfVariable(options), ...keysOfFile(options, io)];
}

/** Who may ask, by the options and the keys that they name. `limiter`: default one of this process's own. */
export function accessRules(options: ServeOptions, keys: readonly ApiKey[], limiter?: Limiter): AccessRules {
  return {
    ...(keys.length === 0 ? {} : { findKey: createKeyFinder(keys) }),
    ...(options.rateLimit === undefined ? {} : { limiter: limiter ?? new RateLimiter(options.rateLimit) }),
    ...definedOf({ allowedHosts: options.allowedHosts, corsOrigins: options.corsOrigins }),
  };
}

function keyOfVariable({ apiKey }: ServeOptions): ApiKey[] {
  if (apiKey === undefined) return [];
  const where = "MLSERVE_API_KEY";
  return [checkKey({ name: where, key: apiKey }, where)];
}

function keysOfFile({ apiKeyFile }: ServeOptions, io: Io): ApiKey[] {
  if (apiKeyFile === undefined) return [];
  const flag = "--api-key-file";
  return parseApiKeys(readNamed(flag, apiKeyFile, io).toString(), flag);
}

/** Where the certificate is, by the options; undefined for HTTP. Throws `usage` when half of it is missing. */
export function tlsFiles({ tlsCert, tlsKey }: ServeOptions, io: Pick<Io, "cwd">): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new MlserveError("usage", "a certificate and its private key are given together", {
      where: tlsCert === undefined ? "--tls-key" : "--tls-cert",
    });
  return { cert: resolve(io.cwd, tlsCert), key: resolve(io.cwd, tlsKey) };
}
