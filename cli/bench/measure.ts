import type { ExpectedAnswer } from "./first-answer.js";
import type { Autocannon } from "./import-autocannon.js";
import { createLatencies, type Latencies } from "./latencies.js";
import { type Load, runLoad } from "./load.js";
import type { BenchRequest } from "./request.js";
import type { Target } from "./target.js";

/** A server whose first answer was right. */
export interface CheckedTarget {
  readonly target: Target;
  readonly expected: ExpectedAnswer;
}

/** A server under so many connections, all turns together. */
export interface Measured {
  readonly target: Target;
  readonly connections: number;
  readonly latencies: Latencies;
  readonly right: number;
  readonly wrong: ReadonlyMap<string, number>;
  readonly milliseconds: number;
  readonly clientShare: number;
  /** Of the server, for each right answer; undefined where it cannot be known. */
  readonly cpuMicros: number | undefined;
}

export interface Plan {
  readonly connections: readonly number[];
  readonly durationMs: number;
  readonly warmUpMs: number;
}

interface Context {
  readonly autocannon: Autocannon;
  readonly request: BenchRequest;
  /** Told of each piece of work before it begins. */
  onStep(step: { readonly target: Target; readonly connections: number; readonly milliseconds: number }): void;
}

/** How often each server has its turn, where there are several: a machine that slows down slows all of them. */
const TURNS = 4;

/** Loads every server with each number of connections. Servers take turns, the order of which changes. */
export async function measureAll(targets: readonly CheckedTarget[], plan: Plan, context: Context): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const connections of plan.connections) {
    const series = targets.map((checked) => createSeries(checked, connections, context));
    for (const one of series) await one.warmUp(plan.warmUpMs);
    const turns = targets.length === 1 ? 1 : TURNS;
    for (let turn = 0; turn < turns; turn++)
      for (const one of turn % 2 === 0 ? series : series.toReversed()) await one.run(plan.durationMs / turns);
    measured.push(...series.map((one) => one.result()));
  }
  return measured;
}

interface Series {
  /** Is not counted. */
  warmUp(milliseconds: number): Promise<void>;
  run(milliseconds: number): Promise<void>;
  result(): Measured;
}

function createSeries({ target, expected }: CheckedTarget, connections: number, context: Context): Series {
  const latencies = createLatencies();
  const loads: Load[] = [];
  let cpuMicros: number | undefined = 0;
  const load = (milliseconds: number, into: Latencies): Promise<Load> => {
    target.trimLog();
    context.onStep({ target, connections, milliseconds });
    const { autocannon, request } = context;
    return runLoad(autocannon, { url: target.url, request, expected, connections, milliseconds }, into);
  };
  return {
    async warmUp(milliseconds) {
      if (milliseconds > 0) await load(milliseconds, createLatencies());
    },
    async run(milliseconds) {
      const before = target.cpuMicros();
      loads.push(await load(milliseconds, latencies));
      const after = target.cpuMicros();
      cpuMicros = add(cpuMicros, before === undefined || after === undefined ? undefined : after - before);
    },
    result: () => ({ target, connections, latencies, ...summarize(loads, cpuMicros) }),
  };
}

function summarize(
  loads: readonly Load[],
  cpuMicros: number | undefined,
): Pick<Measured, "right" | "wrong" | "milliseconds" | "clientShare" | "cpuMicros"> {
  const wrong = new Map<string, number>();
  for (const load of loads) for (const [fault, count] of load.wrong) wrong.set(fault, (wrong.get(fault) ?? 0) + count);
  const milliseconds = sum(loads.map((load) => load.milliseconds));
  const right = sum(loads.map((load) => load.right));
  return {
    right,
    wrong,
    milliseconds,
    clientShare: sum(loads.map((load) => load.clientShare * load.milliseconds)) / milliseconds,
    cpuMicros: cpuMicros === undefined || right === 0 ? undefined : cpuMicros / right,
  };
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

function add(total: number | undefined, more: number | undefined): number | undefined {
  return total === undefined || more === undefined ? undefined : total + more;
}
