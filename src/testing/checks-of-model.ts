import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { compileEncoder } from "../codec/encode/predictions.js";
import type { Batch, Call } from "../core/batch.js";
import { batchFault } from "../core/batch-fault.js";
import { ERRORS, type ErrorKind, EXIT, MlserveError } from "../core/errors.js";
import { silentLogger } from "../core/logger.js";
import type { Flavor } from "../flavors/flavor.js";
import { loadPredictor } from "../flavors/load-predictor.js";
import type { ModelFiles } from "../format/model.js";
import { findDifference } from "../pipeline/compare-outputs.js";
import { recordOutputs } from "../pipeline/recorded-outputs.js";
import { rowOf } from "./batch-rows.js";
import { assertClear, failureOf } from "./clear-error.js";
import type { CheckId, SubjectModel } from "./flavor-subject.js";
import { hideFile } from "./hide-file.js";
import { assertNear } from "./near.js";
import { type Session, withModel, withSession } from "./subject-session.js";
import { withTwoPlaces } from "./worker-session.js";

type ModelCheckRun = (flavor: Flavor, subject: SubjectModel) => Promise<void>;

/** What adding up in another order may change. */
const FLOAT = { relative: 1e-4, absolute: 1e-6 };
const TOLERANCE = { float16: { relative: 1e-2, absolute: 1e-3 }, float32: FLOAT, float64: FLOAT, object: FLOAT };

/** What a caller's fault may be called. */
const CALLERS = kindsOf(EXIT.input);
const MODELS = kindsOf(EXIT.model);

/** Checks of one model. */
export const MODEL_CHECKS = {
  check: (flavor, subject) =>
    withModel(flavor, subject, async ({ model, chosen }) => {
      await flavor.check?.(model, chosen.config);
      const faults = await flavor.checkSignature?.(model, chosen.config, model.descriptor.signature);
      assert.deepEqual(faults ?? [], []);
    }),

  isolation: (flavor, subject) =>
    withModel(flavor, subject, async ({ model, chosen }) => {
      const isolation = (await flavor.isolation?.(model, chosen.config)) ?? "process";
      assert.ok(isolation === "inline" || isolation === "process", `got ${String(isolation)}`);
    }),

  load: (flavor, subject) =>
    withSession(flavor, subject, async ({ predictor }) => {
      const { unsigned, batchable, runtime } = predictor;
      assert.ok(unsigned === "arrays" || unsigned === "json", "unsigned is arrays or json");
      assert.equal(typeof batchable, "boolean", "batchable is a boolean");
      assert.equal(typeof runtime.runtime, "string", "runtime.runtime names what runs the model");
      for (const fact of Object.values(runtime)) assert.match(typeof fact, /^(string|number)$/, "facts are plain");
    }),

  answers: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      assert.ok(subject.requests.length > 0, "there is a request to answer");
      for (const { body, predictions } of subject.requests) {
        const call = session.decode(body);
        const outputs = await session.ask(call);
        assert.equal(batchFault(outputs), undefined);
        const answer = encode(outputs, call);
        if (predictions !== undefined) assertNear(answer, predictions, "predictions");
      }
    }),

  steady: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      for (const call of callsOf(session, subject)) assertSame(await session.ask(call), await session.ask(call));
    }),

  inputs: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      for (const { body } of subject.requests) {
        const call = session.decode(body);
        await session.ask(call);
        assert.deepEqual(call, session.decode(body));
      }
    }),

  concurrency: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      const calls = callsOf(session, subject);
      const alone: Batch[] = [];
      for (const call of calls) alone.push(await session.ask(call));
      const thrice = [0, 1, 2].flatMap(() => calls.map((call, i) => ({ call, expected: alone[i] })));
      const answers = await Promise.all(thrice.map(({ call }) => session.ask(call)));
      for (const [i, { expected }] of thrice.entries()) assertSame(expected, answers[i]);
    }),

  rows: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      if (!session.predictor.batchable) return;
      const calls = callsOf(session, subject).filter(({ batch }) => rowOf(batch, 1) !== undefined);
      assert.ok(calls.length > 0, "it is batchable: give it a request of several rows");
      for (const call of calls) await assertRowsAlone(session, call);
    }),

  abort: (flavor, subject) =>
    withSession(flavor, subject, async ({ predictor, ask, decode }) => {
      const call = decode(subject.requests[0]?.body ?? "");
      const predict = async (signal: AbortSignal): Promise<unknown> =>
        predictor.predict(call.batch, { params: call.params, signal });
      assertClear(await failureOf(() => predict(AbortSignal.abort())), { kinds: ["request_aborted"] });
      const left = new AbortController();
      const running = predict(left.signal);
      left.abort();
      // Who does not heed the signal gives its answer to nobody.
      await running.catch((error: unknown) => assertClear(error, { kinds: ["request_aborted"] }));
      await ask(call);
    }),

  refusals: (flavor, subject) =>
    withSession(flavor, subject, async (session) => {
      for (const body of subject.refused ?? []) {
        const error = await failureOf(async () => session.ask(session.decode(body)));
        assertClear(error, { kinds: CALLERS, hides: [subject.source] });
      }
      for (const call of callsOf(session, subject)) await session.ask(call);
    }),

  dispose: (flavor, subject) =>
    withSession(flavor, subject, async ({ predictor, ask, decode }) => {
      const call = decode(subject.requests[0]?.body ?? "");
      await predictor[Symbol.asyncDispose]();
      await predictor[Symbol.asyncDispose]();
      assertClear(await failureOf(() => ask(call)), { kinds: ["shutting_down"] });
    }),

  missing: (flavor, subject) =>
    withModel(flavor, subject, async ({ model, chosen }) => {
      for (const name of subject.needs) {
        const incomplete = hideFile(model, name);
        const clear = { kinds: MODELS, says: [name], hides: [subject.source, model.files.path(name)] };
        const load = (): Promise<unknown> => loadPredictor(chosen, incomplete, { logger: silentLogger });
        assertClear(await failureOf(load), clear);
        const { check } = flavor;
        if (check !== undefined) assertClear(await failureOf(() => check(incomplete, chosen.config)), clear);
      }
    }),

  worker: (flavor, subject) =>
    withModel(flavor, subject, (opened) =>
      withTwoPlaces(opened, async ({ inline, worker }) => {
        for (const { body } of subject.requests) assertSameText(await worker(body), await inline(body));
        for (const body of subject.refused ?? [])
          assert.deepEqual(factsOf(await failureOf(() => worker(body))), factsOf(await failureOf(() => inline(body))));
      }),
    ),

  leftovers: (flavor, subject) =>
    withModel(flavor, subject, async ({ model }) => {
      const before = { files: await statesOf(model.files), resources: resources() };
      await withSession(flavor, subject, async (session) => {
        for (const call of callsOf(session, subject)) await session.ask(call);
      });
      assert.deepEqual(await statesOf(model.files), before.files, "the model's files are as they were");
      assert.deepEqual(resources(), before.resources, "no process or server is left");
    }),
} as const satisfies { readonly [Id in CheckId]?: ModelCheckRun };

function kindsOf(exit: number): readonly ErrorKind[] {
  // The keys of the table are the kinds.
  return (Object.keys(ERRORS) as ErrorKind[]).filter((kind) => ERRORS[kind].exit === exit);
}

function callsOf({ decode }: Session, { requests }: SubjectModel): readonly Call[] {
  return requests.map(({ body }) => decode(body));
}

/** The predictions of an answer in JSON. */
function encode(outputs: Batch, { form, batch }: Call): unknown {
  const tableRows = batch.kind === "columns" ? batch.rows : undefined;
  const answer: unknown = JSON.parse(Buffer.from(compileEncoder()(outputs, { form, tableRows })).toString());
  if (form === "unwrapped") return answer;
  assert.ok(typeof answer === "object" && answer !== null && "predictions" in answer);
  return answer.predictions;
}

function assertSame(expected: Batch | undefined, actual: Batch | undefined): void {
  assert.ok(expected !== undefined && actual !== undefined);
  const recorded = { outputs: recordOutputs(expected), tolerance: TOLERANCE };
  assert.equal(findDifference(recorded, recordOutputs(actual)), undefined);
}

/** Answers in JSON may differ as numbers do; events of a stream have to be the same. */
function assertSameText(actual: string, expected: string): void {
  if (expected.startsWith("{") || expected.startsWith("["))
    assertNear(JSON.parse(actual), JSON.parse(expected), "answer");
  else assert.equal(actual, expected);
}

/** What a caller is told of an error. */
function factsOf(error: unknown): object {
  return error instanceof MlserveError ? { kind: error.kind, message: error.message } : { error };
}

async function assertRowsAlone({ ask }: Session, call: Call): Promise<void> {
  const together = await ask(call);
  for (let row = 0; ; row++) {
    const batch = rowOf(call.batch, row);
    if (batch === undefined) return;
    const expected = rowOf(together, row);
    assert.ok(expected !== undefined, `the answer has no row ${row} for that of the request`);
    assertSame(expected, await ask({ ...call, batch }));
  }
}

async function statesOf({ names, path }: ModelFiles): Promise<readonly string[]> {
  const states = names.map(async (name) => {
    const { size, mtimeMs } = await stat(path(name));
    return `${name} ${size} ${mtimeMs}`;
  });
  return Promise.all(states);
}

/** What keeps running besides timers, which a test runner has too; Node does not list threads. */
function resources(): readonly string[] {
  return process.getActiveResourcesInfo().filter((kind) => /^(ProcessWrap|TCPServerWrap|PipeServerWrap)$/.test(kind));
}
