import { writeFileSync } from "node:fs";
import { request } from "node:http";
import { request as tlsRequest } from "node:https";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { expect, vi } from "vitest";
import { childrenOf, isAlive } from "../support/process-tree.js";
import { openWorkplace, type Program, type Workplace } from "./built-cli.js";

/** Tells which process runs it, and waits, loops or ends where it is asked to. */
const CODE = `
import { writeSync } from "node:fs";
export default async (inputs) => {
  if (inputs === "wait") {
    writeSync(2, "waiting\\n");
    await new Promise((resolve) => setTimeout(resolve, 500));
  }
  if (inputs === "loop") {
    writeSync(2, "looping\\n");
    for (;;);
  }
  return process.pid;
};
`;

/** What a server of two processes says first. */
export const SERVING: RegExp =
  /^mlserve: serving work \(js_function, 2 processes\) at (https?:\S+) — loaded in \d+ ms\n/;

export interface Running extends Program {
  readonly url: string;
  /** The processes that serve. */
  readonly children: readonly number[];
}

/** A folder with a function, and servers of two processes that run it. */
export interface ServedProcesses extends AsyncDisposable {
  readonly workplace: Workplace;
  start(args: readonly string[], options?: Parameters<Workplace["start"]>[1]): Program;
  serve(args?: readonly string[], options?: Parameters<Workplace["start"]>[1]): Promise<Running>;
  /** Ends what is left of them. */
  endAll(): Promise<void>;
}

export function openServedProcesses(): ServedProcesses {
  const workplace = openWorkplace();
  writeFileSync(join(workplace.cwd, "predict.mjs"), CODE);
  const started: Program[] = [];
  const start: ServedProcesses["start"] = (args, options) => {
    const two = ["serve", ".", "--port", "0", "--processes", "2", "--isolation", "inline"];
    const program = workplace.start([...two, ...args], options);
    started.push(program);
    return program;
  };
  const endAll = async (): Promise<void> => {
    for (const { child, ended } of started.splice(0)) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      await ended;
    }
  };
  return {
    workplace,
    start,
    async serve(args = [], options) {
      const program = start(args, options);
      const [, url = ""] = await program.find(SERVING);
      return { ...program, url, children: childrenOf(program.child.pid ?? 0) };
    },
    endAll,
    async [Symbol.asyncDispose]() {
      await endAll();
      workplace[Symbol.dispose]();
    },
  };
}

export interface Answer {
  readonly status: number;
  readonly body: string;
}

/** Over a connection of its own, so that the next process in turn answers. */
export function ask(url: string, path: string, inputs?: unknown, headers = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const send = url.startsWith("https") ? tlsRequest : request;
    const sent = send(url + path, {
      agent: false,
      rejectUnauthorized: false,
      method: inputs === undefined ? "GET" : "POST",
      headers: { "content-type": "application/json", ...headers },
    });
    sent.on("error", reject);
    sent.on("response", (response) => {
      text(response).then((body) => resolve({ status: response.statusCode ?? 0, body }), reject);
    });
    sent.end(inputs === undefined ? undefined : JSON.stringify({ inputs }));
  });
}

/** The process that answers. */
export async function pidOf(url: string): Promise<number> {
  return JSON.parse((await ask(url, "/invocations", "pid")).body).predictions;
}

export async function times<T>(count: number, act: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let i = 0; i < count; i++) results.push(await act());
  return results;
}

/** What `/metrics` says of one metric; NaN where it is not there. */
export async function counted(url: string, metric: string): Promise<number> {
  const { body } = await ask(url, "/metrics");
  const line = body.split("\n").find((each) => each.startsWith(`${metric} `));
  return Number(line?.slice(metric.length));
}

export async function untilGone(pids: readonly number[]): Promise<void> {
  await vi.waitFor(() => expect(pids.filter(isAlive)).toEqual([]), { timeout: 10_000 });
}
