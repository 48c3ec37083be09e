import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, expect, vi } from "vitest";
import { openWorkplace, type Program, type Workplace } from "./built-cli.js";

/** Each step starts two processes, which takes seconds where others use the machine. */
export const SOON = { timeout: 60_000 };

export interface Watching extends Program {
  ask(inputs?: unknown): Promise<unknown>;
  /** Waits until the server answers so. */
  answers(value: unknown): Promise<void>;
  /** What was printed on standard output and error since the last time, once it matches. */
  says(pattern: RegExp): Promise<void>;
  complains(pattern: RegExp): Promise<void>;
}

/** Servers that watch, in a workplace of the test file's own; what a test starts ends with it. */
export interface Watchers {
  readonly workplace: () => Workplace;
  /** What is ended after the test; whoever takes a program out ends it. */
  readonly started: Program[];
  /** A folder of its own for each test, and the files in it. */
  project(name: string, files: Readonly<Record<string, string>>): (file: string) => string;
  serve(path: string, ...options: readonly string[]): Promise<Watching>;
}

/** To be called once at the top of a test file, whose limits of time it sets. */
export function useWatchers(): Watchers {
  vi.setConfig({ testTimeout: 120_000, hookTimeout: 120_000 });
  const started: Program[] = [];
  let workplace: Workplace | undefined;
  beforeAll(() => {
    workplace = openWorkplace();
  });
  afterAll(() => workplace?.[Symbol.dispose]());
  afterEach(async () => {
    for (const program of started.splice(0)) {
      program.child.kill("SIGTERM");
      await program.ended;
    }
  });
  const opened = (): Workplace => {
    if (workplace === undefined) throw new Error("no test runs");
    return workplace;
  };
  return {
    workplace: opened,
    started,
    project(name, files) {
      mkdirSync(join(opened().cwd, name));
      const at = (file: string): string => join(opened().cwd, name, file);
      for (const [file, text] of Object.entries(files)) writeFileSync(at(file), text);
      return at;
    },
    async serve(path, ...options) {
      const program = opened().start(["serve", path, "--watch", "--port", "0", "--log-format", "json", ...options]);
      started.push(program);
      return watching(program, program.find(/ at (http:\S+) .*\n.*watching/));
    },
  };
}

export async function watching(program: Program, line: Promise<RegExpExecArray>): Promise<Watching> {
  const [, url] = await line;
  const ask = async (inputs: unknown = 0): Promise<unknown> => {
    const headers = { "content-type": "application/json" };
    const response = await fetch(`${url}/invocations`, { method: "POST", headers, body: JSON.stringify({ inputs }) });
    const { predictions, message } = (await response.json()) as { predictions?: unknown; message?: string };
    return response.ok ? predictions : message;
  };
  return {
    ...program,
    ask,
    answers: (value) => vi.waitFor(async () => expect(await ask()).toEqual(value), SOON),
    says: later(program.find),
    complains: later(program.findError),
  };
}

/** Each time after what was found before. */
function later(find: (pattern: RegExp) => Promise<RegExpExecArray>): (pattern: RegExp) => Promise<void> {
  let seen = 0;
  return async (pattern) => {
    const match = await find(new RegExp(`(?<=^[^]{${seen},})(?:${pattern.source})`, pattern.flags));
    seen = match.index + match[0].length;
  };
}

/** The source of a function that answers so. */
export const giving = (value: string): string => `export default (): string => ${JSON.stringify(value)};\n`;
