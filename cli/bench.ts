import type { BENCH_OPTIONS } from "../src/config/options.js";
import { monotonicClock } from "../src/core/clock.js";
import { MlserveError } from "../src/core/errors.js";
import { askFirst } from "./bench/first-answer.js";
import { type Autocannon, importAutocannon } from "./bench/import-autocannon.js";
import { type CheckedTarget, type Measured, measureAll, type Plan } from "./bench/measure.js";
import { checkTargetName, isUrl, openTarget } from "./bench/open-target.js";
import { createProgressBar } from "./bench/progress-bar.js";
import { toLines, toRows } from "./bench/report.js";
import { type BenchRequest, readRequest } from "./bench/request.js";
import type { Target } from "./bench/target.js";
import type { CommandContext } from "./command.js";
import { formatBytes, formatCount } from "./text.js";

type Context = CommandContext<typeof BENCH_OPTIONS>;

/** `mlserve bench`: how fast a model is served, or how fast a server answers. */
export async function benchCommand(context: Context): Promise<void> {
  const { argument, options, output } = context;
  const names = [argument, ...(options.compare === undefined ? [] : [options.compare])];
  for (const name of names) checkTargetName(name, context.io);
  const autocannon = await importAutocannon();
  const request = await readRequest(context, isUrl(argument));
  const targets: Target[] = [];
  try {
    for (const name of names) targets.push(named(await openTarget(name, context), targets));
    const checked: CheckedTarget[] = [];
    for (const target of targets) checked.push({ target, expected: await askFirst(target, request) });
    const rows = toRows(await measure(autocannon, checked, request, context), targets[1]);
    const lines = [...introduction(checked, request), "", ...toLines(rows, output.paint)];
    await output.result({ request: { from: request.from, bytes: request.body.length }, rows }, lines);
    refuseWrong(rows);
  } finally {
    await Promise.all(targets.map((target) => target.close()));
  }
}

/** Two servers of one name could not be told apart. */
function named(target: Target, others: readonly Target[]): Target {
  return others.some(({ name }) => name === target.name) ? { ...target, name: `${target.name} (2)` } : target;
}

async function measure(
  autocannon: Autocannon,
  targets: readonly CheckedTarget[],
  request: BenchRequest,
  { options, io }: Context,
): Promise<Measured[]> {
  const plan: Plan = { connections: options.connections, durationMs: options.duration, warmUpMs: options.warmUp };
  const totalMs = plan.connections.length * targets.length * (plan.durationMs + plan.warmUpMs);
  using bar = createProgressBar(io.stderr, totalMs, { clock: monotonicClock, quiet: options.quiet });
  return await measureAll(targets, plan, {
    autocannon,
    request,
    onStep: ({ target, connections, milliseconds }) =>
      bar.begin(`${target.name}, ${formatCount(connections, "connection")}`, milliseconds),
  });
}

function introduction(targets: readonly CheckedTarget[], { body, from }: BenchRequest): string[] {
  return [
    `  sent      ${from}, ${formatBytes(body.length)}`,
    ...targets.map(({ target, expected: { bytes, text } }) => {
      const checks = text === undefined ? "status compared" : "all compared";
      return `  answered  by ${target.name}: 200 with ${formatBytes(bytes)}, ${checks}`;
    }),
  ];
}

/** What is wrong is never fast. */
function refuseWrong(rows: ReturnType<typeof toRows>): void {
  const wrong = rows.flatMap((row) => Object.values(row.wrong)).reduce((sum, count) => sum + count, 0);
  if (wrong > 0)
    throw new MlserveError("different", `${formatCount(wrong, "answer")} differed from the first, or failed`);
}
