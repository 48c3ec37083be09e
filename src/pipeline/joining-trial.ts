import type { Batch, Params } from "../core/batch.js";
import { type Clock, monotonicClock } from "../core/clock.js";
import { compileRowSlices, joinBatches } from "../core/join-batches.js";
import { isOutputStream, type Predictor } from "../flavors/flavor.js";
import { type ThreeRows, threeDifferentRows } from "./distinct-rows.js";
import { areNear } from "./near-batches.js";

export interface TrialOptions {
  /** A batch that the model runs on. */
  readonly example: Batch;
  readonly params: Params;
  readonly clock?: Clock;
}

/**
 * Why rows of different requests may not share runs of a model; undefined where they may.
 *
 * Found by running three different rows alone and together: each has to give the same values both times, and the run of
 * three has to take less time than three runs, unless all of them take next to none. Does not throw.
 */
export async function findJoiningFault(
  predictor: Pick<Predictor, "predict">,
  { example, params, clock = monotonicClock }: TrialOptions,
): Promise<string | undefined> {
  const rows = threeDifferentRows(example);
  if (rows === undefined) return "its input example has no three different rows, and none can be made from its numbers";
  const run = (batch: Batch): Promise<Run> => timedRun(predictor, batch, params, clock);
  try {
    const alone = [await run(rows[0]), await run(rows[1]), await run(rows[2])];
    const together = await run(joinBatches(rows));
    return findWrongRow(alone, together) ?? (await findLoss(rows, alone, together, run));
  } catch {
    return "rows like those of its input example do not run alone and together";
  }
}

interface Run {
  /** undefined for a model that streams. */
  readonly outputs: Batch | undefined;
  readonly milliseconds: number;
}

async function timedRun(
  predictor: Pick<Predictor, "predict">,
  batch: Batch,
  params: Params,
  clock: Clock,
): Promise<Run> {
  const start = clock();
  const outputs = await predictor.predict(batch, { params, signal: new AbortController().signal });
  const milliseconds = clock() - start;
  if (!isOutputStream(outputs)) return { outputs, milliseconds };
  await outputs[Symbol.asyncIterator]().return?.();
  return { outputs: undefined, milliseconds };
}

function findWrongRow(alone: readonly Run[], together: Run): string | undefined {
  if (together.outputs === undefined) return "it streams its answers";
  const slice = compileRowSlices(together.outputs, alone.length);
  if (slice === undefined) return "its outputs have not one row for each row of its inputs";
  const isRight = alone.every(({ outputs }, row) => outputs !== undefined && areNear(outputs, slice(row, 1)));
  return isRight ? undefined : "rows that are run together give other values or shapes than alone";
}

/** Runs this short cost next to nothing but what is around them, which joining always saves. */
const SHORT_MS = 1;
/** What three rows together may take of the time that they take alone. */
const WORTHWHILE = 0.8;
/** Anything else on the machine may make a run longer, so that the shortest of some counts; a long one is run once. */
const TRIES = 3;
const LONG_MS = 200;

async function findLoss(
  rows: ThreeRows,
  alone: readonly Run[],
  together: Run,
  run: (batch: Batch) => Promise<Run>,
): Promise<string | undefined> {
  let apartMs = alone.length * Math.min(...alone.map(({ milliseconds }) => milliseconds));
  let togetherMs = together.milliseconds;
  for (let i = 1; i < TRIES && togetherMs > WORTHWHILE * apartMs && togetherMs < LONG_MS; i++) {
    apartMs = Math.min(apartMs, alone.length * (await run(rows[0])).milliseconds);
    togetherMs = Math.min(togetherMs, (await run(joinBatches(rows))).milliseconds);
  }
  if (apartMs < alone.length * SHORT_MS || togetherMs <= WORTHWHILE * apartMs) return undefined;
  return `three rows take ${togetherMs.toFixed(1)} ms together and ${apartMs.toFixed(1)} ms alone: nothing would be saved`;
}
