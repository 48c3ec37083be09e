import type { Logger } from "../../core/logger.js";

/** The log of a function: a text, or fields and a text. Lines go to the log of whoever runs the model. */
export interface FunctionLog {
  /** What helps to find a fault. */
  debug(message: string | object, text?: string): void;
  /** What happened as it should. */
  info(message: string | object, text?: string): void;
  /** What a person should know: it goes on. */
  warn(message: string | object, text?: string): void;
  /** What failed. */
  error(message: string | object, text?: string): void;
}

type Write = FunctionLog[keyof FunctionLog];

export function createFunctionLog(logger: Logger, model: string): FunctionLog {
  const writer =
    (level: keyof Logger): Write =>
    (message, text) =>
      typeof message === "string" ? logger[level]({ model }, message) : logger[level]({ model, ...message }, text);
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}
