import type { OptionValues } from "../src/config/option.js";
import type { TEST_OPTIONS } from "../src/config/options.js";
import { OWN_DATA_LIMITS } from "../src/core/decode-limits.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { OnProgress } from "../src/core/progress.js";
import type { Model } from "../src/format/model.js";
import { SELF_TEST_FILE } from "../src/format/self-test-file.js";
import { createApp } from "../src/serve/app.js";
import { loadModel } from "../src/serve/load.js";
import { createMetrics } from "../src/serve/metrics.js";
import type { ServedModel } from "../src/serve/served-model.js";
import type { CommandContext } from "./command.js";
import { definedOf } from "./defined.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { watchLoading } from "./loading.js";
import { checkReadable } from "./named-files.js";
import { openRunnable, toPath } from "./open.js";
import type { Output } from "./output.js";
import { type ReplayCase, readCases } from "./replay/read-cases.js";
import { type CaseResult, runCase } from "./replay/run-case.js";
import { formatCount, formatTable } from "./text.js";

type Options = OptionValues<typeof TEST_OPTIONS>;

interface Known extends KnownFlavors {
  readonly onProgress: OnProgress;
  /** The models are loaded. */
  done(): void;
}

/** `mlserve test`: the self-test of a model, or its input example, and recorded requests. */
export async function testCommand(context: CommandContext<typeof TEST_OPTIONS>): Promise<void> {
  const { options, io, output } = context;
  for (const file of options.cases ?? []) await checkReadable("--cases", file, io);
  const known = await loadFlavors(options, io);
  const files = await Promise.all((options.cases ?? []).map((file) => readCases(toPath(file, io), file)));
  const loading = watchLoading(context, options.loadTimeout);
  await using model = await openRunnable(context, options, { ...known, onProgress: loading.onProgress });
  const cases = [...(await ownCases(model)), ...files.flat()];
  const results = await runAll(model, cases, { ...known, ...loading }, options);
  if (results.length === 0)
    throw new MlserveError("usage", "the model has no input example, and there are no cases", {
      hint: "Give requests with --cases FILE",
    });
  const failed = results.filter(({ state }) => state === "failed").length;
  await output.result({ passed: failed === 0, results }, toLines(results, output));
  if (failed > 0)
    throw new MlserveError("different", `${failed} of ${formatCount(results.length, "test")} failed`, {
      where: quoteName(context.argument),
    });
}

/** The input example has to be answered; a self-test, which says how, goes before it. */
async function ownCases({ files, descriptor }: Model): Promise<ReplayCase[]> {
  const path = descriptor.inputExample?.servingInputPath;
  if (files.has(SELF_TEST_FILE) || path === undefined || !files.has(path)) return [];
  return [
    {
      id: "input example",
      method: "POST",
      path: "/invocations",
      headers: { "content-type": "application/json" },
      body: await files.read(path),
      answers: [{ status: 200, json: undefined }],
      isQuirk: false,
    },
  ];
}

async function runAll(
  model: Model,
  cases: readonly ReplayCase[],
  known: Known,
  options: Options,
): Promise<CaseResult[]> {
  const { served, selfTest } = await loadWithSelfTest(model, known, options);
  await using owned = served;
  known.done();
  const app = createApp({ current: owned }, { metrics: createMetrics(), timeoutMs: 0 });
  const results = [...selfTest];
  // One after another: a model that answers many at once is not what is tested here.
  for (const [done, replayed] of cases.entries()) {
    known.onProgress({ work: "test", done, total: cases.length });
    results.push(await runCase(app, replayed));
  }
  return results;
}

/** A self-test that fails is a result; the cases are run all the same. */
async function loadWithSelfTest(
  model: Model,
  known: Known,
  options: Options,
): Promise<{ served: ServedModel; selfTest: CaseResult[] }> {
  const load = (selfTest: boolean): Promise<ServedModel> =>
    loadModel(model, {
      ...known,
      selfTest,
      coercion: options.coercion,
      limits: OWN_DATA_LIMITS,
      nonFinite: options.nonfinite,
      float32: options.float32,
      ...definedOf({ threads: options.threads }),
    });
  const id = "self-test";
  if (!model.files.has(SELF_TEST_FILE)) return { served: await load(false), selfTest: [] };
  try {
    return { served: await load(true), selfTest: [{ id, state: "passed", reason: undefined }] };
  } catch (error) {
    if (!(error instanceof MlserveError) || error.where !== id) throw error;
    return { served: await load(false), selfTest: [{ id, state: "failed", reason: error.message }] };
  }
}

/** More rows than these are not read: only what failed is shown then, unless `--verbose` asks for all. */
const SHOWN_ROWS = 20;

const COLORS = { passed: "green", failed: "red", skipped: "dim" } as const;

function toLines(results: readonly CaseResult[], { paint, isVerbose }: Output): string[] {
  const isShort = results.length <= SHOWN_ROWS || isVerbose;
  const shown = results.filter(({ state }) => isShort || state === "failed");
  const rows = formatTable(shown.map(({ id, state, reason = "" }) => [state, id, reason]));
  const colored = rows.map((row) => row.replace(/passed|failed|skipped/, (state) => paint(colorOf(state), state)));
  const counts = (["passed", "failed", "skipped"] as const)
    .map((state) => ({ state, count: results.filter((result) => result.state === state).length }))
    .filter(({ count }) => count > 0)
    .map(({ state, count }) => paint(COLORS[state], `${count} ${state}`));
  return [...colored, counts.join(", ")];
}

function colorOf(state: string): (typeof COLORS)[keyof typeof COLORS] {
  return Object.entries(COLORS).find(([name]) => name === state)?.[1] ?? "dim";
}
