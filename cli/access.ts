import { resolve } from "node:path";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import { MlserveError } from "../src/core/errors.js";
import { type ApiKey, checkKey, createKeyFinder, parseApiKeys } from "../src/serve/access/api-keys.js";
import type { AccessRules } from "../src/serve/access/guard.js";
import { RateLimiter } from "../src/serve/access/rate-limiter.js";
import type { TlsFiles } from "../src/serve/access/tls.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import type { Io } from "./io.js";
import { readNamed } from "./named-files.js";

type ServeOptions = CommandContext<typeof SERVE_OPTIONS>["options"];

/** Who may ask, by the options. Throws `usage` for keys and files that cannot be used. */
export function accessRules(options: ServeOptions, io: Io): AccessRules {
  const keys = [...keyOfVariable(options), ...keysOfFile(options, io)];
  return {
    ...(keys.length === 0 ? {} : { findKey: createKeyFinder(keys) }),
    ...(options.rateLimit === undefined ? {} : { limiter: new RateLimiter(options.rateLimit) }),
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
export function tlsFiles({ tlsCert, tlsKey }: ServeOptions, io: Io): TlsFiles | undefined {
  if (tlsCert === undefined && tlsKey === undefined) return undefined;
  if (tlsCert === undefined || tlsKey === undefined)
    throw new MlserveError("usage", "a certificate and its private key are given together", {
      where: tlsCert === undefined ? "--tls-key" : "--tls-cert",
    });
  return { cert: resolve(io.cwd, tlsCert), key: resolve(io.cwd, tlsKey) };
}
