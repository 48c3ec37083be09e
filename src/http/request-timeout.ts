import { MlserveError } from "../core/errors.js";
import { DURATION_EXAMPLES, parseDuration } from "../core/quantity.js";

/** The header with which a caller says how long an answer is of use. */
export const REQUEST_TIMEOUT_HEADER = "x-request-timeout";

/**
 * Milliseconds that a request may take: those of its header, which may shorten the server's but not lengthen them.
 *
 * 0 is no limit of the server's. Throws `invalid_body` for a header that is no time, or no time at all.
 */
export function requestTimeout(header: string | null, serverMs: number): number | undefined {
  const limit = serverMs === 0 ? undefined : serverMs;
  if (header === null) return limit;
  const asked = parseDuration(header.trim());
  if (asked === undefined || asked === 0)
    throw new MlserveError("invalid_body", `expected a time such as ${DURATION_EXAMPLES}, more than 0`, {
      where: "X-Request-Timeout",
    });
  return limit === undefined ? asked : Math.min(asked, limit);
}
