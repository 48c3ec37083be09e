import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { type Io, NO_HOLDER, type OutputStream } from "../../cli/io.js";
import { run } from "../../cli/run.js";

export interface TerminalOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Are standard output and standard error terminals? */
  readonly tty?: boolean;
  /** Width of the terminals. Default 100. */
  readonly columns?: number;
}

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** What was left in the folder for temporary files. */
  readonly left: readonly string[];
}

/** A place to run command lines in, without a process: a folder of its own, and one for temporary files. */
export interface Terminal extends Disposable {
  /** The folder that commands run in. */
  readonly cwd: string;
  run(argv: readonly string[], options?: TerminalOptions): Promise<Outcome>;
  /** As `run`, and what is needed while the command runs. */
  start(argv: readonly string[], options?: TerminalOptions): RunningCommand;
}

export interface RunningCommand {
  readonly outcome: Promise<Outcome>;
  /** The first line of standard output that matches; rejects when the command ends without one. */
  line(pattern: RegExp): Promise<RegExpExecArray>;
  /** What SIGTERM does. */
  interrupt(): void;
}

export function openTerminal(): Terminal {
  const folder = mkdtempSync(join(tmpdir(), "mlserve-cli-"));
  const [cwd, temporaryFolder] = [join(folder, "work"), join(folder, "tmp")];
  mkdirSync(cwd);
  mkdirSync(temporaryFolder);
  const start = (argv: readonly string[], options: TerminalOptions = {}): RunningCommand =>
    startCommand(argv, options, cwd, temporaryFolder);
  return {
    cwd,
    start,
    run: (argv, options) => start(argv, options).outcome,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function startCommand(
  argv: readonly string[],
  { environment = {}, stdin = "", tty = false, columns = 100 }: TerminalOptions,
  cwd: string,
  temporaryFolder: string,
): RunningCommand {
  const [stdout, stderr] = [captured(tty, columns), captured(tty, columns)];
  const stop = new AbortController();
  const io: Io = {
    stdin: Readable.from([Buffer.from(stdin)]),
    stdout: stdout.stream,
    stderr: stderr.stream,
    environment,
    cwd,
    temporaryFolder,
    interrupts: { take: () => stop.signal },
    atExit: () => {},
    holder: NO_HOLDER,
  };
  const ended = run(argv, io);
  const outcome = ended.then((code) => ({
    code,
    stdout: stdout.text(),
    stderr: stderr.text(),
    left: readdirSync(temporaryFolder),
  }));
  return {
    outcome,
    line: (pattern) => Promise.race([stdout.find(pattern), outcome.then(noLine)]),
    interrupt: () => stop.abort(),
  };
}

function noLine({ code, stderr }: Outcome): never {
  throw new Error(`the command ended with ${code} before it printed the line: ${stderr}`);
}

function captured(
  tty: boolean,
  columns: number,
): {
  stream: OutputStream;
  text(): string;
  find(pattern: RegExp): Promise<RegExpExecArray>;
} {
  let text = "";
  const seekers: (() => void)[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      text += chunk.toString("utf8");
      for (const seek of seekers) seek();
      done();
    },
  });
  return {
    stream: Object.assign(stream, { isTTY: tty, columns }),
    text: () => text,
    find: (pattern) =>
      new Promise((resolve) => {
        const seek = (): void => {
          const found = pattern.exec(text);
          if (found !== null) resolve(found);
        };
        seekers.push(seek);
        seek();
      }),
  };
}
