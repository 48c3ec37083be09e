import type { Logger } from "../../core/logger.js";

type Write = (message: string | object, text?: string) => void;

/** The log of a function: a text, or fields and a text. Lines go to the log of whoever runs the model. */
export interface FunctionLog {
  readonly debug: Write;
  readonly info: Write;
  readonly warn: Write;
  readonly error: Write;
}

export function createFunctionLog(logger: Logger, model: string): FunctionLog {
  const writer =
    (level: keyof Logger): Write =>
    (message, text) =>
      typeof message === "string" ? logger[level]({ model }, message) : logger[level]({ model, ...message }, text);
  return { debug: writer("debug"), info: writer("info"), warn: writer("warn"), error: writer("error") };
}
