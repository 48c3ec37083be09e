import { describe, expect, it } from "vitest";
import { readFields, textField } from "../../../src/flavors/onnx/proto-fields.js";

/** The texts of field 4 in a message of these bytes. */
function textsOf(...bytes: readonly number[]): string[] {
  const texts: string[] = [];
  readFields(Uint8Array.from(bytes), { 4: textField((text) => texts.push(text)) });
  return texts;
}

const FLOAT = [0x3d, 0, 0, 0x80, 0x3f];
const INTEGER = [0x40, 0xac, 0x02];
const TEXT = [0x22, 2, 0x68, 0x69];

describe("readFields passes over numbers in a row", () => {
  it.each([
    { name: "floats", bytes: [...FLOAT, ...FLOAT, ...FLOAT, ...TEXT], texts: ["hi"] },
    { name: "integers", bytes: [...INTEGER, ...INTEGER, ...TEXT, ...INTEGER, ...TEXT], texts: ["hi", "hi"] },
    {
      name: "floats whose bytes look like their tag",
      bytes: [0x3d, 0x3d, 0x3d, 0x3d, 0x3d, ...FLOAT, ...TEXT],
      texts: ["hi"],
    },
    {
      name: "numbers behind tags of two bytes",
      bytes: [0x85, 0x01, 1, 2, 3, 4, 0x85, 0x01, 1, 2, 3, 4, ...TEXT],
      texts: ["hi"],
    },
    { name: "to the end", bytes: [...TEXT, ...FLOAT, ...FLOAT], texts: ["hi"] },
  ])("$name", ({ bytes, texts }) => {
    expect(textsOf(...bytes)).toEqual(texts);
  });

  it.each([
    { name: "a float", bytes: [...FLOAT, ...FLOAT.slice(0, 3)] },
    { name: "an integer", bytes: [...INTEGER, 0x40, 0xac] },
    { name: "a tag", bytes: [...FLOAT, 0x3d] },
  ])("and refuses a message that ends within $name", ({ bytes }) => {
    expect(() => textsOf(...bytes)).toThrow(RangeError);
  });
});
