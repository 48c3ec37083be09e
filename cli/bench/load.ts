import type { EventEmitter } from "node:events";
import type autocannon from "autocannon";
import type { ExpectedAnswer } from "./first-answer.js";
import type { Autocannon } from "./import-autocannon.js";
import type { Latencies } from "./latencies.js";
import type { BenchRequest } from "./request.js";

export interface LoadOptions {
  readonly url: string;
  readonly request: BenchRequest;
  readonly expected: ExpectedAnswer;
  readonly connections: number;
  readonly milliseconds: number;
}

/** What came of a load. */
export interface Load {
  /** Right answers. */
  readonly right: number;
  /** How many others by what is wrong with them: `status 503`, `another body`, `ECONNRESET`. */
  readonly wrong: ReadonlyMap<string, number>;
  readonly milliseconds: number;
  /** Of one core, 0 to 1, that sending and checking took. */
  readonly clientShare: number;
}

/** A server that is gone refuses connections by the thousand. */
const MOST_FAULTS = 1000;

/** Sends a request again and again, each connection when its last one is answered; adds what right answers took. */
export async function runLoad(autocannon: Autocannon, options: LoadOptions, latencies: Latencies): Promise<Load> {
  const wrong = new Map<string, number>();
  const count = (fault: string): void => void wrong.set(fault, (wrong.get(fault) ?? 0) + 1);
  const right = latencies.count;
  const cpu = process.cpuUsage();
  const started = performance.now();
  await fire(autocannon, options, {
    onAnswer: (status, milliseconds) => (status === 200 ? latencies.add(milliseconds) : count(`status ${status}`)),
    onOther: () => count("another body"),
    onFault: (error) => count(faultName(error)),
  });
  const milliseconds = performance.now() - started;
  const { user, system } = process.cpuUsage(cpu);
  return {
    right: latencies.count - right,
    wrong,
    milliseconds,
    clientShare: (user + system) / 1000 / milliseconds,
  };
}

interface Listener {
  /** An answer with the body that was expected, or with a status that says that it is none. */
  onAnswer(status: number, milliseconds: number): void;
  /** An answer that says it is right, and has another body. */
  onOther(): void;
  /** No answer. */
  onFault(error: unknown): void;
}

async function fire(
  autocannon: Autocannon,
  load: LoadOptions,
  { onAnswer, onOther, onFault }: Listener,
): Promise<void> {
  // An answer is told first, and that its body is another afterwards.
  let last: { readonly status: number; readonly took: number } | undefined;
  const settle = (): void => {
    if (last !== undefined) onAnswer(last.status, last.took);
    last = undefined;
  };
  const differ = (): void => {
    // A refusal has another body as well.
    if (last?.status !== 200) return;
    last = undefined;
    onOther();
  };
  await new Promise<void>((resolve, reject) => {
    const instance = autocannon(toOptions(load), (error) => (error ? reject(error) : resolve()));
    instance.on("response", (_client, status, _bytes, took) => {
      settle();
      last = { status, took };
    });
    instance.on("reqError", onFault);
    // Its types do not know this event.
    const events: EventEmitter = instance;
    events.on("reqMismatch", differ);
  });
  settle();
}

function toOptions({ url, request, expected, connections, milliseconds }: LoadOptions): autocannon.Options {
  return {
    url,
    connections,
    duration: milliseconds / 1000,
    // How often it looks whether the time is over.
    sampleInt: Math.min(100, milliseconds),
    method: "POST",
    headers: { "content-type": request.mediaType },
    body: request.body,
    bailout: MOST_FAULTS,
    ...(expected.text === undefined ? {} : { expectBody: expected.text }),
  };
}

function faultName(error: unknown): string {
  if (error instanceof Error && "code" in error) return String(error.code);
  return error instanceof Error && /timed out/.test(error.message) ? "no answer in time" : "a broken connection";
}
