import { z } from "zod";
import { MlserveError } from "../core/errors.js";
import { JsonFloat, type JsonValue, parseJson, toPlain } from "../core/json.js";
import type { DType } from "../core/tensor.js";
import { NUMPY_NAMES } from "./numpy-dtypes.js";
import { formatPythonJson } from "./python-json.js";

/** The name of the file in a package that holds what the model answered when it was packed. */
export const SELF_TEST_FILE = "mlserve/self_test.json";

/** A request, what the model answered to it, and how near another answer has to be. */
export interface SelfTest {
  /** The name of the file with the request's body. */
  readonly request: string;
  readonly outputs: readonly RecordedOutput[];
  /** By dtype; a dtype that is not there has to be equal. */
  readonly tolerance: Readonly<Record<string, Tolerance>>;
  readonly platform: Platform;
}

/** One output of a model, element by element in row-major order. */
export interface RecordedOutput {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  /** NaN and the infinities are words, bytes are base64, a datetime is nanoseconds since 1970. */
  readonly data: readonly JsonValue[];
}

/** An element may be away from the recorded one by `absolute`, and by `relative` times its size. */
export interface Tolerance {
  readonly relative: number;
  readonly absolute: number;
}

/** Where an answer was recorded. */
export interface Platform {
  readonly os: string;
  readonly arch: string;
  readonly runtime: string;
  readonly version: string;
}

const VERSION = 1;

const dtypes = new Set<string>(Object.keys(NUMPY_NAMES));
const word = z.string().regex(/^[\w.@/+ -]{1,100}$/, "expected a short name");
const number = z.number().nonnegative();

const fileSchema = z.looseObject({
  version: z.literal(VERSION),
  request: z.string(),
  outputs: z.array(
    z.looseObject({
      name: z.string(),
      // The set holds nothing but dtypes.
      dtype: z.custom<DType>((value) => typeof value === "string" && dtypes.has(value), "expected a dtype"),
      shape: z.array(z.int().nonnegative()),
      data: z.array(z.unknown()),
    }),
  ),
  tolerance: z.record(z.string(), z.looseObject({ relative: number, absolute: number })),
  platform: z.looseObject({ os: word, arch: word, runtime: word, version: word }),
});

/** Reads the file. Throws `invalid_package`. */
export function parseSelfTest(content: Uint8Array): SelfTest {
  const root = readJson(content);
  const parsed = fileSchema.safeParse(toPlain(root));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw refusal(`${issue?.path.join(".") ?? ""}: not as expected`, parsed.error);
  }
  const { request, tolerance, platform } = parsed.data;
  const outputs = parsed.data.outputs.map(({ name, dtype, shape }, i) => {
    const data = elementsOf(root, i);
    if (data.length !== shape.reduce((count, size) => count * size, 1))
      throw refusal(`outputs.${i}: the shape does not fit the data`);
    return { name, dtype, shape, data };
  });
  return { request, outputs, tolerance, platform };
}

function readJson(content: Uint8Array): JsonValue {
  try {
    return parseJson(content);
  } catch (cause) {
    throw refusal("not valid JSON", cause);
  }
}

/** The values themselves, whose digits and kinds {@link toPlain} loses. */
function elementsOf(root: JsonValue, index: number): readonly JsonValue[] {
  const outputs = root instanceof Map ? root.get("outputs") : undefined;
  const output = Array.isArray(outputs) ? outputs[index] : undefined;
  const data = output instanceof Map ? output.get("data") : undefined;
  return Array.isArray(data) ? data : [];
}

function refusal(reason: string, cause?: unknown): MlserveError {
  return new MlserveError("invalid_package", reason, { where: `file "${SELF_TEST_FILE}"`, cause });
}

/** Writes the file: the same self-test gives the same bytes. */
export function formatSelfTest({ request, outputs, tolerance, platform }: SelfTest): string {
  const limits = Object.entries(tolerance).map(([dtype, { relative, absolute }]): [string, JsonValue] => [
    dtype,
    new Map([
      ["relative", new JsonFloat(relative)],
      ["absolute", new JsonFloat(absolute)],
    ]),
  ]);
  const { os, arch, runtime, version } = platform;
  return `${formatPythonJson({
    version: VERSION,
    request,
    platform: { os, arch, runtime, version },
    tolerance: new Map(limits),
    outputs: outputs.map(({ name, dtype, shape, data }) => ({ name, dtype, shape, data })),
  })}\n`;
}
