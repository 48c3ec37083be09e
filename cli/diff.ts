import type { OptionValues } from "../src/config/option.js";
import type { DIFF_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import { type JsonValue, parseJson } from "../src/core/json.js";
import type { OnProgress } from "../src/core/progress.js";
import type { Model } from "../src/format/model.js";
import { loadModel } from "../src/serve/load.js";
import type { CommandContext } from "./command.js";
import { type KnownFlavors, loadFlavors } from "./flavors.js";
import { watchLoading } from "./loading.js";
import { type Fact, factsOf } from "./model-facts.js";
import { openRunnable } from "./open.js";
import type { Output } from "./output.js";
import { findAnswerDifference } from "./replay/compare-answers.js";
import { printable } from "./text.js";

type Options = OptionValues<typeof DIFF_OPTIONS>;

interface Loading extends KnownFlavors {
  readonly onProgress: OnProgress;
}

/** null where one of the models has no such thing. */
interface Difference {
  readonly part: Fact["part"] | "predictions";
  readonly name: string;
  readonly before: string | null;
  readonly after: string | null;
}

/** `mlserve diff`: what one model has and another has not, or has otherwise. */
export async function diffCommand(context: CommandContext<typeof DIFF_OPTIONS>): Promise<void> {
  const { argument, otherArguments, options, io, output } = context;
  const [other = ""] = otherArguments;
  const known = await loadFlavors(options, io);
  const { onProgress } = watchLoading(context, options.loadTimeout);
  await using before = await openRunnable(context, options, { ...known, onProgress });
  await using after = await openRunnable({ ...context, argument: other }, options, { ...known, onProgress });
  const differences = [
    ...compareFacts(await factsOf(before, onProgress), await factsOf(after, onProgress)),
    ...(options.run ? await comparePredictions(before, after, { ...known, onProgress }) : []),
  ];
  const isSame = differences.length === 0;
  await output.result({ same: isSame, differences }, toLines(argument, other, differences, options, output));
  if (!isSame && options.exitCode)
    throw new MlserveError("different", "the models differ", { where: `${quoteName(argument)}, ${quoteName(other)}` });
}

function compareFacts(before: readonly Fact[], after: readonly Fact[]): Difference[] {
  const [was, is] = [byKey(before), byKey(after)];
  const keys = new Set([...was.keys(), ...is.keys()]);
  return [...keys]
    .map((key) => ({ was: was.get(key), is: is.get(key) }))
    .flatMap(({ was: old, is: now }) => {
      const fact = old ?? now;
      if (fact === undefined || old?.value === now?.value) return [];
      return [{ part: fact.part, name: fact.name, before: old?.text ?? null, after: now?.text ?? null }];
    })
    .toSorted((a, b) => PARTS.indexOf(a.part) - PARTS.indexOf(b.part));
}

const PARTS: readonly Difference["part"][] = ["flavors", "signature", "metadata", "files", "predictions"];

function byKey(facts: readonly Fact[]): ReadonlyMap<string, Fact> {
  return new Map(facts.map((fact) => [JSON.stringify([fact.part, fact.name]), fact]));
}

/** Both models get the input example of one of them. */
async function comparePredictions(before: Model, after: Model, known: Loading): Promise<Difference[]> {
  const body = (await exampleOf(before)) ?? (await exampleOf(after));
  if (body === undefined) return [];
  const [was, is] = [await predict(before, body, known), await predict(after, body, known)];
  const part = "predictions";
  if (was instanceof MlserveError || is instanceof MlserveError) {
    const [old, now] = [was, is].map((answer) => (answer instanceof MlserveError ? answer.message : "an answer"));
    return old === now ? [] : [{ part, name: "input example", before: old ?? null, after: now ?? null }];
  }
  const difference = findAnswerDifference(was, is);
  if (difference === undefined) return [];
  return [{ part, name: difference.path, before: difference.expected, after: difference.got }];
}

async function exampleOf({ descriptor, files }: Model): Promise<Uint8Array | undefined> {
  const path = descriptor.inputExample?.servingInputPath;
  return path === undefined || !files.has(path) ? undefined : await files.read(path);
}

/** What a model refuses is something to compare; a model that cannot be loaded is not. */
async function predict(model: Model, bytes: Uint8Array, known: Loading): Promise<JsonValue | MlserveError> {
  await using served = await loadModel(model, known);
  known.onProgress({ work: "compare" });
  try {
    const signal = new AbortController().signal;
    const reply = await served.executor.execute({ bytes, media: "application/json" }, signal);
    return reply.kind === "whole" ? parseJson(reply.bytes) : null;
  } catch (error) {
    if (error instanceof MlserveError) return error;
    throw error;
  }
}

function toLines(
  before: string,
  after: string,
  differences: readonly Difference[],
  { run }: Options,
  { paint }: Output,
): string[] {
  const looked = run ? "" : " (predictions were not compared)";
  if (differences.length === 0) return [`${printable(before)} and ${printable(after)} are the same${looked}`];
  return PARTS.flatMap((part) => {
    const found = differences.filter((difference) => difference.part === part);
    if (found.length === 0) return [];
    const lines = found.flatMap(({ name, before: was, after: is }) => [
      `  ${printable(name)}`,
      ...(was === null ? [] : [paint("red", `    - ${printable(was)}`)]),
      ...(is === null ? [] : [paint("green", `    + ${printable(is)}`)]),
    ]);
    return [paint("bold", part), ...lines];
  });
}
