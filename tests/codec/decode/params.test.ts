import { describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../../src/codec/decode/coercion.js";
import { compileParams, defaultParams } from "../../../src/codec/decode/params.js";
import { parseJsonText } from "../../../src/core/json.js";
import { parseSignature } from "../../../src/format/signature.js";

const { params: specs } = parseSignature({
  params: JSON.stringify([
    { name: "top_k", type: "integer", default: 5, shape: null },
    { name: "stops", type: "string", default: ["."], shape: [-1] },
    { name: "ratio", type: "double", default: 0.5, shape: null },
    { name: "weights", type: "float", default: [0.5], shape: [-1] },
    { name: "seed", type: "long", default: 1, shape: null },
    { name: "when", type: "datetime", default: "2024-01-02", shape: null },
    {
      name: "limits",
      type: "object",
      properties: { high: { type: "double", required: true }, low: { type: "double", required: false } },
      default: { high: 1 },
      shape: null,
    },
  ]),
});

function decode(text: string | undefined, mode: CoercionName = "safe"): unknown {
  const params = compileParams(specs, COERCIONS[mode])(text === undefined ? undefined : parseJsonText(text));
  return Object.fromEntries(params);
}

const DEFAULTS = Object.fromEntries(defaultParams(specs));

it("have numbers for the defaults of floats, whatever integers are written for them", () => {
  const params = '[{"name":"x","type":"double","default":12345678901234567890,"shape":null}]';
  expect([...defaultParams(parseSignature({ params }).params)]).toEqual([["x", 12345678901234567000]]);
});

describe("params", () => {
  it.each([
    { name: "defaults where there are none", params: undefined, expected: {} },
    { name: "defaults for null", params: "null", expected: {} },
    { name: "what is given, without unknown names", params: '{"top_k":3,"nope":1}', expected: { top_k: 3 } },
    { name: "an empty list", params: '{"stops":[]}', expected: { stops: [] } },
    { name: "a null that is given", params: '{"ratio":null}', expected: { ratio: null } },
    { name: "an integer for a float", params: '{"ratio":1}', expected: { ratio: 1 } },
    {
      name: "numbers that a function can calculate with, where an integer beyond 2^53 is sent for a float",
      params: '{"ratio":12345678901234567890,"weights":[9007199254740993]}',
      expected: { ratio: 12345678901234567000, weights: [9007199254740992] },
    },
    {
      name: "every digit of an integer",
      params: '{"seed":9007199254740993}',
      expected: { seed: 9007199254740993n },
    },
    {
      name: "a moment in UTC, without its zone",
      params: '{"when":"2024-01-02T03:04:05+02:00"}',
      expected: { when: "2024-01-02T01:04:05" },
    },
  ])("are $name", ({ params, expected }) => {
    expect(decode(params)).toEqual({ ...DEFAULTS, ...expected });
  });

  it.each([
    { name: "a list", params: "[]", message: "params: expected an object, got list" },
    {
      name: "each fault",
      params: '{"top_k":5.5,"stops":"secret"}',
      message: 'params["top_k"]: expected integer, got float; params["stops"]: expected a list, got string',
    },
    {
      name: "an item of another type",
      params: '{"stops":["a",1]}',
      message: 'params["stops"][1]: expected string, got integer',
    },
    {
      name: "an integer that no float holds",
      params: `{"ratio":${"9".repeat(400)}}`,
      message: 'params["ratio"]: expected double, got integer',
    },
  ])("are refused for $name", ({ params, message }) => {
    for (const mode of ["safe", "mlflow"] as const) expect(() => decode(params, mode)).toThrow(message);
  });

  it.each([
    { params: '{"ratio":1e400}', place: 'params["ratio"]' },
    { params: '{"weights":[1,-1e400]}', place: 'params["weights"][1]' },
    { params: '{"limits":{"high":1e400}}', place: 'params["limits"]["high"]' },
  ])("are refused in safe mode where a number would become infinite: $params", ({ params, place }) => {
    expect(() => decode(params)).toThrow(`${place}: the number is beyond the range of the type`);
    expect(() => decode(params, "mlflow")).not.toThrow();
  });
});
