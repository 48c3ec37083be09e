import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PackOptions } from "../../src/pack/pack.js";
import { modelPath } from "../support/golden.js";
import { usePacking } from "../support/packing.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();
const { at } = folder;
const { packTo, contentOf, descriptorOf } = usePacking(folder);

async function packWith(file: string, content: string, options: Partial<PackOptions> = {}) {
  const inputExample = folder.put(file, content);
  const result = await packTo(join(modelPath("iris_logreg_tensor"), "model.onnx"), { inputExample, ...options });
  const files = await contentOf();
  return {
    selfTest: result.selfTest,
    descriptor: await descriptorOf(),
    example: files.get("input_example.json") ?? "",
    serving: JSON.parse(files.get("serving_input_example.json") ?? ""),
  };
}

const COLUMNS =
  '[{"type": "double", "name": "a", "required": true}, {"type": "double", "name": "b", "required": true}, ' +
  '{"type": "double", "name": "c", "required": true}, {"type": "long", "name": "d", "required": true}]';

describe("a bare model with a table for an example", () => {
  it.each([
    { file: "rows.json", content: '[{"a": 5.1, "b": 3.5, "c": 1.0, "d": 2}]' },
    { file: "frame.json", content: '{"columns": ["a", "b", "c", "d"], "data": [[5.1, 3.5, 1.0, 2]]}' },
    {
      file: "split.json",
      content: '{"dataframe_split": {"columns": ["a", "b", "c", "d"], "data": [[5.1, 3.5, 1.0, 2]]}}',
    },
    { file: "records.json", content: '{"dataframe_records": [{"a": 5.1, "b": 3.5, "c": 1.0, "d": 2}]}' },
    { file: "table.csv", content: "a,b,c,d\n5.1,3.5,1.0,2\n" },
  ])("takes its columns for the inputs: $file", async ({ file, content }) => {
    const { selfTest, descriptor, example, serving } = await packWith(file, content);
    expect(selfTest).toBe("recorded");
    expect(descriptor).toMatchObject({
      signature: { inputs: COLUMNS, outputs: expect.stringContaining('"label"') },
      saved_input_example_info: { type: "dataframe", pandas_orient: "split" },
    });
    expect(example).toBe('{"columns": ["a", "b", "c", "d"], "data": [[5.1, 3.5, 1.0, 2]]}');
    expect(serving).toEqual({ dataframe_split: JSON.parse(example) });
  });

  it("keeps what the graph says when the example is no table, and what a signature file says", async () => {
    const graph = (await packWith("list.json", "[[5.1, 3.5, 1.4, 0.2]]")).descriptor;
    expect(graph).toMatchObject({ signature: { inputs: expect.stringContaining('"tensor-spec"') } });
    const content = JSON.stringify({ inputs: COLUMNS.replace("long", "double") });
    writeFileSync(at("signature.json"), content);
    const given = await packWith("table.csv", "a,b,c,d\n5.1,3.5,1.0,2\n", { signature: at("signature.json") });
    expect(given.descriptor).toMatchObject({ signature: JSON.parse(content) });
  });

  it.each([
    { content: "a,b,c\n1,2,3\n", says: `input "X": the signature's shape [-1, 3] does not fit the graph's [-1, 4]` },
    { content: "a,b,c,d\n1,2,3,x\n", says: `column "d": the graph takes float32, not the signature's string` },
    { content: "", says: "expected a header line" },
  ])("is refused when the graph cannot be fed with it: $says", async ({ content, says }) => {
    await expect(packWith("table.csv", content)).rejects.toThrow(`input example "table.csv": ${says}`);
  });
});
