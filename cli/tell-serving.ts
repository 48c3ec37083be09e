import type { SERVE_OPTIONS } from "../src/config/options.js";
import type { Logger } from "../src/core/logger.js";
import type { ServedModel } from "../src/serve/served-model.js";
import type { CommandContext } from "./command.js";
import { formatCount, printable } from "./text.js";

type ServeContext = CommandContext<typeof SERVE_OPTIONS>;

/** What a person is told of a model that is served. */
export type ServedFacts = Pick<
  ServedModel,
  "name" | "flavor" | "loadMs" | "workers" | "runtime" | "threads" | "joining"
>;

/** `processes`: how many serve it. */
export function tellServing(
  current: ServedFacts,
  url: string,
  { argument, options, output }: ServeContext,
  processes = 1,
): Promise<void> {
  const { name, flavor, loadMs } = current;
  const place = placeText(current, processes);
  const told = `serving ${name} (${flavor}${place}) at ${url} — loaded in ${Math.round(loadMs)} ms`;
  const watching = options.watch ? [`mlserve: watching ${printable(argument)}, Ctrl-C to stop`] : [];
  const { workers, runtime } = current;
  const threads = typeof runtime.threads === "number" ? { threads: runtime.threads } : {};
  const fields = { name, flavor, url, load_ms: Math.round(loadMs), processes, workers, ...threads };
  return output.result(fields, [`mlserve: ${told}`, ...watching], [url]);
}

/** `, 1 worker, 2 threads`; nothing for a model in the server's own process. */
function placeText({ workers, runtime }: ServedFacts, processes: number): string {
  const counts = [
    ...(processes === 1 ? [] : [`${processes} processes`]),
    ...(workers === 0 ? [] : [formatCount(workers, "worker")]),
    ...(workers === 0 || typeof runtime.threads !== "number" ? [] : [formatCount(runtime.threads, "thread")]),
  ];
  return counts.map((count) => `, ${count}`).join("");
}

/** What was found out of how a model is run best. */
export function logPlace(facts: ServedFacts, logger: Logger): void {
  logThreads(facts, logger);
  logJoining(facts, logger);
}

function logJoining({ name, joining }: ServedFacts, logger: Logger): void {
  if (joining.kind === "on")
    logger.info({ model: name, maxRows: joining.maxRows }, "rows of requests that come together share runs");
  else logger.info({ model: name, reason: joining.reason }, "every request has a run of its own");
}

/** How many threads a run has, and why, where that was tried. */
function logThreads({ name, workers, threads: choice }: ServedFacts, logger: Logger): void {
  if (choice === undefined) return;
  const { threads, why, tried } = choice;
  const runMs = Object.fromEntries(tried.map((trial) => [trial.threads, Number(trial.milliseconds.toFixed(2))]));
  const fields = { model: name, threads, workers, ...(tried.length === 0 ? {} : { runMs }) };
  logger.info(fields, `a run has ${formatCount(threads, "thread")}: ${why}`);
}
