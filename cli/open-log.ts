import type { OptionValues } from "../src/config/option.js";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import type { Logger } from "../src/core/logger.js";
import type { RequestLog } from "../src/serve/access-log.js";
import { createPaint } from "./colors.js";
import type { Io } from "./io.js";
import { createLineBuffer } from "./line-buffer.js";
import { createLogger } from "./logger.js";
import { prettyLines } from "./pretty-lines.js";
import { createRequestLog } from "./request-log.js";

export type LogOptions = Pick<OptionValues<typeof SERVE_OPTIONS>, "logLevel" | "logFormat">;

/** What a server logs with. */
export interface Log {
  readonly logger: Logger;
  readonly requestLog: RequestLog;
}

/** The log of a server on standard error; `beforeLines` is called before lines are written there. `fields`: of every line. */
export function openLog(
  io: Pick<Io, "stderr" | "environment" | "atExit">,
  { logLevel, logFormat }: LogOptions,
  beforeLines: () => void,
  fields: object = {},
): Log {
  const buffer = createLineBuffer(io, beforeLines);
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && io.stderr.isTTY === true);
  const lines = isPretty ? prettyLines(buffer, createPaint(io.stderr, io)) : buffer;
  const logger = createLogger(lines, logLevel, fields);
  return { logger, requestLog: createRequestLog(logger, lines, fields) };
}
