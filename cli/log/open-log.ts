import type { OptionValues } from "../../src/config/option.js";
import type { SERVE_OPTIONS } from "../../src/config/options.js";
import type { Logger } from "../../src/core/logger.js";
import { createPaint } from "../colors.js";
import type { Io } from "../io.js";
import { bufferLines } from "./buffered-lines.js";
import { createLogger } from "./logger.js";
import { prettyLines } from "./pretty-lines.js";

export type LogOptions = Pick<OptionValues<typeof SERVE_OPTIONS>, "logLevel" | "logFormat" | "verbose">;

/** A log, which writes what is left when it is disposed of. */
export interface Log extends Disposable {
  readonly logger: Logger;
}

/** The log of a server on standard error; what waits to be written is written however the process ends. */
export function openLog(io: Io, { logLevel, logFormat, verbose }: LogOptions): Log {
  const lines = bufferLines(io.stderr);
  io.atExit(lines.flush);
  const isPretty = logFormat === "pretty" || (logFormat === "auto" && io.stderr.isTTY === true);
  const sink = isPretty ? prettyLines(lines, createPaint(io.stderr, io)) : lines;
  const logger = createLogger(sink, verbose && logLevel === "info" ? "debug" : logLevel);
  return { logger, [Symbol.dispose]: lines.flush };
}
