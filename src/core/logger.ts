/** The part of pino's logger that mlserve uses, so that any pino (or a child of one) can be passed in. */
export interface Logger {
  /** What helps to find a fault. */
  debug(fields: object, message?: string): void;
  /** What happened as it should. */
  info(fields: object, message?: string): void;
  /** What a person should know: it goes on. */
  warn(fields: object, message?: string): void;
  /** What failed. */
  error(fields: object, message?: string): void;
}

const ignore = (): void => {};

/** A logger that says nothing: what a library does unless it is given one. */
export const silentLogger: Logger = { debug: ignore, info: ignore, warn: ignore, error: ignore };
