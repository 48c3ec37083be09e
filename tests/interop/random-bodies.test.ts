import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../src/codec/decode/decoder.js";
import { MEDIA_TYPES, type MediaType } from "../../src/codec/media-types.js";
import type { Batch } from "../../src/core/batch.js";
import { MlserveError } from "../../src/core/errors.js";
import { fromFloat16Bits } from "../../src/core/float16.js";
import { type Column, NOT_A_TIME } from "../../src/core/tensor.js";
import { parseSignature } from "../../src/format/signature.js";
import { columns, csvBody, jsonBody, tensors } from "../support/random-bodies.js";
import { interopFile, runPython } from "./python.js";

interface Case {
  readonly inputs: string;
  readonly body: string;
  readonly media: MediaType;
}

/** What is decoded, by name: texts begin with an s, numbers with an n, bytes with a b, moments with a t. */
type Values = Readonly<Record<string, unknown>>;

const cases: readonly Case[] = fc.sample(
  fc.oneof(
    fc.record({ inputs: columns, body: jsonBody, media: fc.constant(MEDIA_TYPES.json) }),
    fc.record({ inputs: tensors, body: jsonBody, media: fc.constant(MEDIA_TYPES.json) }),
    fc.record({ inputs: columns, body: csvBody, media: fc.constant(MEDIA_TYPES.csv) }),
  ),
  { numRuns: 8000, seed: 20260102 },
);

/** By MLflow itself; null where it refuses. */
let mlflow: readonly (Values | null)[] = [];

beforeAll(async () => {
  const input = cases.map((each) => `${JSON.stringify(each)}\n`).join("");
  const output = await runPython([interopFile("decode_bodies.py")], { input });
  mlflow = output
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
});

async function decoded({ inputs, body, media }: Case, mode: CoercionName): Promise<Values | null> {
  const decode = compileDecoder(parseSignature({ inputs }), { unsigned: "arrays", coercion: COERCIONS[mode] });
  try {
    return valuesOf((await decode(Buffer.from(body), media)).batch);
  } catch (error) {
    if (error instanceof MlserveError) return null;
    throw error;
  }
}

function valuesOf(batch: Batch): Values {
  if (batch.kind === "value") throw new Error("the signatures have columns or tensors");
  const named: Iterable<[string, Column]> = batch.kind === "columns" ? batch.columns : batch.tensors;
  return Object.fromEntries(Array.from(named, ([name, column]) => [name, elements(column)]));
}

function elements({ dtype, data }: Column): unknown[] {
  const values: unknown[] = Array.from(data as ArrayLike<unknown>);
  if (dtype === "bool") return values.map((bit) => bit !== 0);
  if (dtype === "datetime") return values.map((moment) => (moment === NOT_A_TIME ? null : `t${moment}`));
  if (dtype === "float16") return values.map((bits) => told(fromFloat16Bits(Number(bits))));
  return values.map(told);
}

function told(value: unknown): unknown {
  if (typeof value === "number" || typeof value === "bigint") return Number.isNaN(value) ? null : `n${value}`;
  if (typeof value === "string") return `s${value}`;
  if (value instanceof Uint8Array) return `b${Buffer.from(value).toString("hex")}`;
  if (value instanceof Map) return Object.fromEntries(Array.from(value, ([key, item]) => [key, told(item)]));
  return Array.isArray(value) ? value.map(told) : value;
}

/** pandas makes floats of integers that stand beside floats, by which texts and digits change that are kept here. */
function isSame(recorded: unknown, ours: unknown): boolean {
  if (Array.isArray(recorded) && Array.isArray(ours))
    return recorded.length === ours.length && recorded.every((value, i) => isSame(value, ours[i]));
  if (typeof recorded === "string" && typeof ours === "string" && recorded[0] === ours[0] && /^[nst]/.test(ours))
    return recorded === ours || Number(recorded.slice(1)) === Number(ours.slice(1));
  // An object that lacks its text: the word nan in MLflow, null here.
  return isDeepStrictEqual(recorded, ours) || (recorded === "snan" && ours === null);
}

function areSame(recorded: Values, ours: Values): boolean {
  const names = Object.keys(recorded);
  return names.join() === Object.keys(ours).join() && names.every((name) => isSame(recorded[name], ours[name]));
}

describe("random bodies", () => {
  it("that safe mode and MLflow both read are the same to both", async () => {
    const differences: unknown[] = [];
    let compared = 0;
    for (const [i, each] of cases.entries()) {
      const recorded = mlflow[i] ?? null;
      const ours = await decoded(each, "safe");
      if (recorded === null || ours === null) continue;
      compared++;
      if (!areSame(recorded, ours)) differences.push({ ...each, recorded, ours });
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(800);
  });

  it("are refused in mode mlflow where MLflow refuses them, but for a few", async () => {
    let alike = 0;
    for (const [i, each] of cases.entries())
      if (((await decoded(each, "mlflow")) === null) === ((mlflow[i] ?? null) === null)) alike++;
    expect(alike / cases.length).toBeGreaterThan(0.95);
  });
});
