import { realpathSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, it } from "vitest";
import { listTracked } from "../../../cli/watch/list-tracked.js";
import { writeFiles } from "../../support/function-model.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();

const PROJECT = {
  "predict.ts": "",
  "lib/near.ts": "",
  "words.txt": "",
  "tsconfig.json": "{}",
  "model.onnx": "",
  "README.md": "",
  ".env": "",
  "node_modules/dep/index.js": "",
  "test/predict.test.ts": "",
};
const SOURCES = ["lib/near.ts", "package.json", "predict.ts", "tsconfig.json"];

it.each([
  {
    name: "a function",
    path: "predict.ts",
    files: undefined,
    tracked: [...SOURCES, "README.md", "model.onnx", "words.txt"],
  },
  {
    name: "a folder with a function",
    path: "",
    files: undefined,
    tracked: [...SOURCES, "README.md", "model.onnx", "words.txt"],
  },
  {
    name: "a function that names its files",
    path: "predict.ts",
    files: ["*.onnx"],
    tracked: [...SOURCES, "model.onnx"],
  },
  {
    name: "a function whose list of files is wrong",
    path: "predict.ts",
    files: ["none"],
    tracked: [...SOURCES, "README.md", "model.onnx", "words.txt"],
  },
  { name: "a graph", path: "model.onnx", files: undefined, tracked: ["model.onnx"] },
  { name: "what is not there", path: "gone.tar", files: undefined, tracked: ["gone.tar"] },
])("$name depends on $tracked", async ({ path, files, tracked }) => {
  writeFiles(folder.path, { ...PROJECT, "package.json": JSON.stringify({ files }) });
  const paths = await listTracked(join(folder.path, path));
  const names = new Set(paths.map((found) => relative(realpathSync(folder.path), found)));
  expect([...names].sort()).toEqual(tracked.sort());
});

it("a saved model depends on all of its files", async () => {
  writeFiles(folder.path, { MLmodel: "", "model.onnx": "", "code/helper.py": "" });
  expect(await listTracked(folder.path)).toHaveLength(3);
});
