import { monotonicClock } from "../src/core/clock.js";
import { MlserveError } from "../src/core/errors.js";
import { fileSystemError, outOfFilesError } from "../src/format/file-system-error.js";
import { createPaint, type Paint } from "./colors.js";
import { type Io, write } from "./io.js";
import { createProgressLine, NO_PROGRESS, type ProgressLine } from "./progress.js";
import { printable, toJson } from "./text.js";

/** How a command tells its result: for people, or as JSON for programs. */
export interface Output {
  readonly format: "human" | "json";
  /** Is more to be said than most people want to read? */
  readonly isVerbose: boolean;
  /** How far long work is, for a person who waits. Whatever else is told here takes the line away first. */
  readonly progress: ProgressLine;
  /** Marks text for standard output. */
  readonly paint: Paint;
  /** The result of a command: the value as JSON, or the lines for people; with `--quiet` the `bare` ones. */
  result(value: object, lines: readonly string[], bare?: readonly string[]): Promise<void>;
  /** A line for people on standard output. */
  line(text: string): Promise<void>;
  /** Something that a person should know but that stops nothing; not said with JSON, whose result holds it. */
  warning(text: string): Promise<void>;
  /** What helps a person on the way, such as what is waited for; not said with JSON or `--quiet`. */
  hint(text: string): Promise<void>;
  /** What only `--verbose` tells. */
  note(text: string): Promise<void>;
}

export interface OutputStyle extends ErrorStyle {
  /** Nothing but results and errors. */
  readonly quiet: boolean;
}

export function createOutput(io: Io, { format, quiet, verbose }: OutputStyle): Output {
  const progress = openProgress(io, { format, quiet });
  const line = (text: string): Promise<void> => {
    progress.clear();
    return write(io.stdout, `${text}\n`);
  };
  const paintError = createPaint(io.stderr, io);
  const tell = (text: string): Promise<void> => {
    progress.clear();
    return write(io.stderr, `mlserve: ${text}\n`);
  };
  return {
    format,
    isVerbose: verbose,
    progress,
    paint: createPaint(io.stdout, io),
    line,
    async result(value, lines, bare = lines) {
      const told = quiet ? bare : lines;
      if (format === "json") await line(toJson(value));
      else if (told.length > 0) await line(told.join("\n"));
    },
    warning: async (text) => {
      if (format === "human" && !quiet) await tell(`${paintError("yellow", "warning:")} ${toOneLine(text)}`);
    },
    hint: async (text) => {
      if (format === "human" && !quiet) await tell(toOneLine(text));
    },
    note: async (text) => {
      if (format === "human" && verbose) await tell(toOneLine(text));
    },
  };
}

function openProgress(io: Io, { format, quiet }: Pick<OutputStyle, "format" | "quiet">): ProgressLine {
  const { stderr, environment, atExit } = io;
  if (format === "json" || quiet || stderr.isTTY !== true || environment.TERM === "dumb") return NO_PROGRESS;
  const progress = createProgressLine(stderr, monotonicClock);
  // Also when a person has had enough of waiting.
  atExit(progress.end);
  return progress;
}

export interface ErrorStyle {
  readonly format: Output["format"];
  /** Show the stack of an error that is no MlserveError. */
  readonly verbose: boolean;
}

/** Tells an error in one line on standard error, and gives the exit code that belongs to it. */
export async function reportError(
  error: unknown,
  io: Pick<Io, "stderr" | "environment">,
  { format, verbose }: ErrorStyle,
): Promise<number> {
  const told = error instanceof MlserveError ? error : (toSystemError(error) ?? toInternalError(error, verbose));
  const line = format === "json" ? toJson(toErrorFields(told)) : toErrorLine(told, createPaint(io.stderr, io));
  const stack = verbose && told !== error && error instanceof Error ? `${error.stack}\n` : "";
  await write(io.stderr, `${line}\n${stack}`);
  return told.exitCode;
}

function toErrorLine(error: MlserveError, paint: Paint): string {
  return `mlserve: ${paint("red", "error:")} ${toOneLine(error.message + thrownText(error))}`;
}

/** What a model's own code threw, and where: a caller of a server is not told, but here its author asks. */
function thrownText(error: MlserveError): string {
  let cause: unknown = error;
  while (cause instanceof MlserveError) cause = cause.cause;
  if (error.kind !== "model_failed" || !(cause instanceof Error)) return "";
  const place = /^ +at (?:.*\()?([^\s():/][^\s():]*:\d+)/m.exec(cause.stack ?? "")?.[1];
  return ` (${cause.message.split("\n")[0]}${place === undefined ? "" : ` at ${place}`})`;
}

/** The keys that the server's error answers have, and what a program needs besides. */
function toErrorFields({ kind, errorCode, message, where, hint, exitCode }: MlserveError): object {
  return { error_code: errorCode, message, kind, where, hint, exit_code: exitCode };
}

/** A full disk behind `> file`, say. Files that commands write themselves are named where they are written. */
function toSystemError(error: unknown): MlserveError | undefined {
  const outOfFiles = outOfFilesError(error);
  if (outOfFiles !== undefined) return outOfFiles;
  if (!(error instanceof Error) || !("syscall" in error) || error.syscall !== "write") return undefined;
  const told = fileSystemError(error, "standard output");
  return told instanceof MlserveError ? told : undefined;
}

function toInternalError(error: unknown, verbose: boolean): MlserveError {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const hint = verbose
    ? "Please report it at https://github.com/mlserve/mlserve/issues"
    : "Run it again with --verbose for the stack";
  return new MlserveError("internal", `unexpected fault, ${text}`, { hint, cause: error });
}

function toOneLine(text: string): string {
  return printable(text.trim().replace(/\s*[\r\n]+\s*/g, " "));
}
