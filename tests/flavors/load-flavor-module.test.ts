import { writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";

import { flavorSourceOf, loadFlavorSource } from "../../src/flavors/flavor-source.js";
import { loadFlavorModule } from "../../src/flavors/load-flavor-module.js";
import { onnxFlavor } from "../../src/flavors/onnx/flavor.js";
import { linearFlavor } from "../support/linear-flavor.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

async function write(text: string, name = "mine.mjs"): Promise<string> {
  const path = join(folder.path, name);
  await writeFile(path, text);
  return path;
}

const flavor = (name: string): string => `{ name: "${name}", load: async () => ({}) }`;

describe("a module's flavors", () => {
  it.each([
    ["the default", `export default ${flavor("one")};`, ["one"]],
    ["a name", `export const one = ${flavor("one")}; export const text = "no flavor"; export class Other {}`, ["one"]],
    ["several names", `export const b = ${flavor("one")}; export const a = ${flavor("two")};`, ["two", "one"]],
    ["two names of one", `const one = ${flavor("one")}; export { one, one as default };`, ["one"]],
    ["methods of a class", 'class One { name = "one"; async load() {} } export default new One();', ["one"]],
    ["a frozen object", `export default Object.freeze(${flavor("one")});`, ["one"]],
  ])("are found under %s", async (_, text, names) => {
    const flavors = await loadFlavorModule(await write(text));
    expect(flavors.map(({ name }) => name)).toEqual(names);
    for (const { load } of flavors) expect(load).toBeTypeOf("function");
  });

  it("are found by a path from here, and by a URL, and remember where they came from", async () => {
    const path = await write(`export default ${flavor("one")};`);
    const url = pathToFileURL(path).href;
    for (const source of [path, relative(process.cwd(), path), url])
      expect((await loadFlavorModule(source))[0]?.module).toBe(url);
  });

  it("can be had again by another process, from what JSON carries", async () => {
    const [mine] = await loadFlavorModule(
      await write(`export const a = ${flavor("one")}; export const b = ${flavor("two")};`),
    );
    for (const each of [mine, onnxFlavor]) {
      const source = each === undefined ? undefined : flavorSourceOf(each);
      const again = await loadFlavorSource(JSON.parse(JSON.stringify(source)));
      expect([again.name, again.load]).toEqual([each?.name, each?.load]);
    }
    expect(flavorSourceOf(linearFlavor())).toBeUndefined();
  });

  it("are missed by name when the module is not what it was", async () => {
    const url = pathToFileURL(await write(`export default ${flavor("one")};`)).href;
    await expect(loadFlavorSource({ kind: "module", name: "two", url })).rejects.toMatchObject({
      kind: "unknown_flavor",
    });
  });
});

describe("a module without a flavor is refused", () => {
  it.each([
    ["without exports", "const a = 1;\n", "exports no flavor"],
    ["with other exports", "export const load = () => {};\n", "exports no flavor"],
    ["with half a flavor", 'export default { name: "x", load: 5 };\n', "it has no function load"],
    ["with a bad name", 'export default { name: "a b", load() {} };\n', "its name is no word"],
  ])("%s", async (_, text, says) => {
    const message = expect.stringMatching(new RegExp(`^flavor module "mine.mjs": .*${says}`));
    await expect(loadFlavorModule(await write(text))).rejects.toMatchObject({ kind: "usage", message });
  });

  it.each([
    ["it is not there", "gone.mjs", "there is no such file"],
    ["it is a folder", ".", "is no file"],
  ])("because %s", async (_, name, says) => {
    const message = expect.stringContaining(says);
    await expect(loadFlavorModule(join(folder.path, name))).rejects.toMatchObject({ kind: "usage", message });
  });
});
