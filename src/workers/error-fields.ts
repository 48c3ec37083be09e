import { ERRORS, type ErrorKind, MlserveError } from "../core/errors.js";

/** An error on its way from one process to another. */
export interface ErrorFields {
  readonly kind: ErrorKind;
  readonly message: string;
  readonly where?: string | undefined;
  readonly hint?: string | undefined;
  /** For the log of the server only. */
  readonly stack?: string | undefined;
}

/** What mlserve did not throw on purpose is told by its stack, which never reaches a caller. */
export function toErrorFields(error: unknown): ErrorFields {
  if (error instanceof MlserveError) {
    const { kind, message, where, hint, cause } = error;
    return { kind, message, where, hint, stack: cause instanceof Error ? cause.stack : undefined };
  }
  return {
    kind: "internal",
    message: "an unexpected fault in a worker",
    stack: error instanceof Error ? error.stack : String(error),
  };
}

/** The other process runs a model's code, so that nothing of what it says is believed unseen. */
export function fromErrorFields(fields: unknown): MlserveError {
  const { kind, message, where, hint, stack } = isRecord(fields) ? fields : {};
  if (typeof kind !== "string" || !Object.hasOwn(ERRORS, kind) || typeof message !== "string")
    return new MlserveError("internal", "a worker told an error that cannot be read");
  return restore(kind as ErrorKind, message, { where: textOf(where), hint: textOf(hint), stack: textOf(stack) });
}

function restore(
  kind: ErrorKind,
  message: string,
  { where, hint, stack }: Readonly<Record<"where" | "hint" | "stack", string | undefined>>,
): MlserveError {
  // The message holds both already.
  const start = where !== undefined && message.startsWith(`${where}: `) ? where.length + 2 : 0;
  const end = hint !== undefined && message.endsWith(`. ${hint}`) ? message.length - hint.length - 2 : message.length;
  return new MlserveError(kind, message.slice(start, end), {
    ...(where === undefined ? {} : { where }),
    ...(hint === undefined ? {} : { hint }),
    ...(stack === undefined ? {} : { cause: withStack(stack) }),
  });
}

function withStack(stack: string): Error {
  const cause = new Error(stack.split("\n")[0]);
  cause.stack = stack;
  return cause;
}

function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}
