import { type Clock, monotonicClock } from "../core/clock.js";
import { isOutputStream, type Predictor } from "../flavors/flavor.js";
import type { TrialBatch } from "./trial-batch.js";

/** How many threads a run has, and why. */
export interface ThreadChoice {
  readonly threads: number;
  /** In words, for whoever reads the log. */
  readonly why: string;
  /** In the order in which they were tried. */
  readonly tried: readonly ThreadTrial[];
}

/** The fastest run with a number of threads. */
export interface ThreadTrial {
  readonly threads: number;
  readonly milliseconds: number;
}

export interface ThreadTrialOptions {
  /** Loads the model with so many threads, unless its own settings say how many: its `runtime` tells. */
  load(threads: number): Promise<Predictor>;
  /** What to run it on; undefined where there is nothing. */
  batch(predictor: Predictor): Promise<TrialBatch | undefined>;
  /** Threads that a run may have. */
  readonly most: number;
  /** Bytes of the model: they tell how long loading it again may take. */
  readonly bytes: number;
  /** What starting took until now, of which trials may take a small share. */
  elapsedMs(): number;
  readonly clock?: Clock;
}

/** A loaded model with the threads that were chosen for it. */
export interface ChosenThreads {
  readonly predictor: Predictor;
  readonly choice: ThreadChoice;
}

/** No thread is worth being woken for a run as short as this. */
const TINY_MS = 0.2;
/** What more threads have to make of a run's time: those that do not shorten it by a tenth are left to other work. */
const GAIN = 0.9;
/** Where fewer threads make a run so much longer, even fewer need no trial. */
const HOPELESS = 1.5;
/** What all trials together may take, and their share of the time that starting took until then. */
const BUDGET_MS = 150;
const BUDGET_SHARE = 1 / 3;
/** A runtime loads 8 MB in 25 to 40 ms, and 80 MB in 110 to 290. */
const BYTES_PER_MS = 250_000;

const OWN_SETTINGS = "the model's own settings say so";
const TOO_LONG = "finding out would keep the start up, and models that take long gain from threads";

/**
 * Loads a model with as many threads for a run as it makes use of. It is loaded with one, which is all that a tiny model
 * needs; then with all, with half of them, and so on, as long as that takes a small share of the start. Of those tried, the
 * fewest stay that are about as fast as the best. What takes too long to load or to run for a trial gets all: large models
 * are the ones that gain.
 *
 * Throws what `load` throws the first time; a trial that fails decides nothing.
 */
export async function chooseThreads(options: ThreadTrialOptions): Promise<ChosenThreads> {
  const { load, most } = options;
  if (loadingMs(options) > budgetOf(options)) return untried(await load(most), most, TOO_LONG);
  const predictor = await load(1);
  if (predictor.runtime.threads !== 1) return untried(predictor, 1, OWN_SETTINGS);
  const trial = await options.batch(predictor).catch(() => undefined);
  const milliseconds = trial && (await fastestRun(predictor, trial, options).catch(() => undefined));
  if (trial === undefined || milliseconds === undefined)
    return await replaceBy(most, predictor, options, "there is nothing that it could be timed with");
  const one = { predictor, threads: 1, milliseconds };
  if (milliseconds < TINY_MS) return chosen(one, `a run takes less than ${TINY_MS} ms`, [one]);
  return await tryMore(one, trial, options);
}

function budgetOf({ elapsedMs }: ThreadTrialOptions): number {
  return Math.min(BUDGET_MS, elapsedMs() * BUDGET_SHARE);
}

/** What loading the model again may take. The first time tells little, as the runtime itself is loaded then. */
function loadingMs({ bytes }: ThreadTrialOptions): number {
  return bytes / BYTES_PER_MS;
}

interface Tried extends ThreadTrial {
  readonly predictor: Predictor;
}

async function tryMore(one: Tried, trial: TrialBatch, options: ThreadTrialOptions): Promise<ChosenThreads> {
  const { most, clock = monotonicClock } = options;
  const budgetMs = budgetOf(options);
  const start = clock();
  const tried: Tried[] = [one];
  let expectedMs = loadingMs(options) + Math.min(RUNS * one.milliseconds, ENOUGH_MS + one.milliseconds);
  let best = one;
  for (const threads of halvesFrom(most)) {
    const before = clock();
    if (before - start + expectedMs > budgetMs) break;
    const next = await loadAndRun(threads, trial, options);
    if (next === undefined) break;
    if (next.predictor.runtime.threads !== threads) {
      await next.predictor[Symbol.asyncDispose]();
      return untried(best.predictor, 1, OWN_SETTINGS);
    }
    expectedMs = clock() - before;
    tried.push(next);
    const better = fewestOfFastest(tried);
    await (better === next ? best : next).predictor[Symbol.asyncDispose]();
    best = better;
    if (next.milliseconds > Math.min(...tried.map(({ milliseconds }) => milliseconds)) * HOPELESS) break;
  }
  if (tried.length === 1) return await replaceBy(most, one.predictor, options, TOO_LONG);
  return chosen(best, "no other number that was tried makes a run much shorter", tried);
}

/** All, half of them, …, but not one. */
function halvesFrom(threads: number): number[] {
  return threads < 2 ? [] : [threads, ...halvesFrom(Math.floor(threads / 2))];
}

/** Of those that are about as fast as the fastest, the one with the fewest threads. */
function fewestOfFastest(tried: readonly Tried[]): Tried {
  const fastest = Math.min(...tried.map(({ milliseconds }) => milliseconds));
  const fast = tried.filter(({ milliseconds }) => milliseconds * GAIN <= fastest);
  return fast.reduce((fewest, each) => (each.threads < fewest.threads ? each : fewest));
}

/** With a number that nobody timed. */
async function replaceBy(
  threads: number,
  predictor: Predictor,
  { load }: ThreadTrialOptions,
  why: string,
): Promise<ChosenThreads> {
  const other = await load(threads).catch(() => undefined);
  if (other === undefined) return untried(predictor, 1, "it cannot be loaded with more");
  await predictor[Symbol.asyncDispose]();
  return untried(other, threads, why);
}

function untried(predictor: Predictor, asked: number, why: string): ChosenThreads {
  const { threads } = predictor.runtime;
  const isOwn = threads !== asked;
  return {
    predictor,
    choice: { threads: Number(threads ?? asked), why: isOwn ? OWN_SETTINGS : why, tried: [] },
  };
}

function chosen({ predictor, threads }: Tried, why: string, tried: readonly Tried[]): ChosenThreads {
  const trials = tried.map(({ threads, milliseconds }) => ({ threads, milliseconds }));
  return { predictor, choice: { threads, why, tried: trials } };
}

/** undefined where it fails, although it did not with other threads. */
async function loadAndRun(threads: number, trial: TrialBatch, options: ThreadTrialOptions): Promise<Tried | undefined> {
  const predictor = await options.load(threads).catch(() => undefined);
  if (predictor === undefined) return undefined;
  try {
    return { predictor, threads, milliseconds: await fastestRun(predictor, trial, options) };
  } catch {
    await predictor[Symbol.asyncDispose]();
    return undefined;
  }
}

/** The first run pays for what is allocated once, and anything else on the machine may make one longer. */
const RUNS = 4;
/** Runs that take longer together say enough. */
const ENOUGH_MS = 40;

async function fastestRun(
  predictor: Predictor,
  { batch, params }: TrialBatch,
  { clock = monotonicClock }: ThreadTrialOptions,
): Promise<number> {
  const begun = clock();
  let fastest = Number.POSITIVE_INFINITY;
  for (let i = 0; i < RUNS && clock() - begun < ENOUGH_MS; i++) {
    const start = clock();
    const outputs = await predictor.predict(batch, { params, signal: new AbortController().signal });
    if (isOutputStream(outputs)) throw new RangeError("a model that streams has no time of a run");
    fastest = Math.min(fastest, clock() - start);
  }
  return fastest;
}
