import type { OptionValues } from "../src/config/option.js";
import type { SERVE_OPTIONS } from "../src/config/options.js";
import type { Logger } from "../src/core/logger.js";
import { createPaint } from "./colors.js";
import type { Io } from "./io.js";
import { createLineBuffer } from "./line-buffer.js";
import { createLogger } from "./logger.js";
import { prettyLines } from "./pretty-lines.js";

export type LogOptions = Pick<OptionValues<typeof SERVE_OPTIONS>, "logLevel" | "logFormat">;

/** The log of a server on standard error; `beforeLines` is called before lines are written there. `fields`: of every line. */
export function openLog(
  io: Pick<Io, "stderr" | "environment" | "atExit">,
  { logLevel, logFormat }: LogOptions,
  beforeLines: () => void,
  fields: object = {},
): Logger {
  const lines = createLineBuffer(io, beforeLines);
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && io.stderr.isTTY === true);
  return createLogger(isPretty ? prettyLines(lines, createPaint(io.stderr, io)) : lines, logLevel, fields);
}
