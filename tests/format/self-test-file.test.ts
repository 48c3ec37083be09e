import { describe, expect, it } from "vitest";
import { formatSelfTest, parseSelfTest, type SelfTest } from "../../src/format/self-test-file.js";

const TEST: SelfTest = {
  request: "serving_input_example.json",
  outputs: [{ name: "y", dtype: "int64", shape: [2], data: [1, 9223372036854775807n] }],
  tolerance: { float32: { relative: 1e-4, absolute: 1e-6 } },
  platform: { os: "linux", arch: "x64", runtime: "onnxruntime-node", version: "1.30.0" },
};
const plain = () => ({ ...TEST, version: 1, outputs: [{ name: "y", dtype: "int64", shape: [2], data: [1, 2] }] });

describe("parseSelfTest", () => {
  it("reads what formatSelfTest writes, to the last digit", () => {
    expect(parseSelfTest(Buffer.from(formatSelfTest(TEST)))).toEqual(TEST);
  });

  it("passes over keys that it does not know", () => {
    expect(parseSelfTest(Buffer.from(JSON.stringify({ ...plain(), more: 1 })))).toMatchObject({
      request: TEST.request,
    });
  });

  it.each([
    { name: "no JSON", content: "{", says: "not valid JSON" },
    { name: "a list", content: "[]", says: "not as expected" },
    { name: "another version", content: { ...plain(), version: 2 }, says: "version: not as expected" },
    { name: "no request", content: { ...plain(), request: undefined }, says: "request: not as expected" },
    {
      name: "an unknown dtype",
      content: { ...plain(), outputs: [{ name: "y", dtype: "toString", shape: [0], data: [] }] },
      says: "outputs.0.dtype: not as expected",
    },
    {
      name: "a shape of other elements",
      content: { ...plain(), outputs: [{ name: "y", dtype: "int64", shape: [3], data: [1] }] },
      says: "outputs.0: the shape does not fit the data",
    },
    {
      name: "a shape beyond counting",
      content: { ...plain(), outputs: [{ name: "y", dtype: "int64", shape: [2 ** 40, 2 ** 40], data: [1] }] },
      says: "outputs.0: the shape does not fit the data",
    },
    {
      name: "a negative tolerance",
      content: { ...plain(), tolerance: { float32: { relative: -1, absolute: 0 } } },
      says: "tolerance.float32.relative: not as expected",
    },
    {
      name: "a platform that moves the cursor",
      content: { ...plain(), platform: { ...TEST.platform, os: "\u001b[2J" } },
      says: "platform.os: not as expected",
    },
  ])("refuses $name in one line", ({ content, says }) => {
    const text = typeof content === "string" ? content : JSON.stringify(content);
    expect(() => parseSelfTest(Buffer.from(text))).toThrow(
      expect.objectContaining({
        kind: "invalid_package",
        message: expect.stringMatching(/^file "mlserve\/self_test\.json": [^\n]*$/),
      }),
    );
    expect(() => parseSelfTest(Buffer.from(text))).toThrow(says);
  });
});
