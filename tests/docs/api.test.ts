import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");

/** Names of `export { … }`, also `export type { … }`, and of declarations. */
function exportedNames(source: string): string[] {
  const lists = Array.from(source.matchAll(/^export (?:type )?\{([^}]*)\}/gm), ([, list = ""]) => list.split(","));
  const listed = lists.flat().map((entry) => entry.trim().replace(/^type /, ""));
  const declared = Array.from(
    source.matchAll(/^export (?:function|interface|type|const|class) (\w+)/gm),
    ([, name = ""]) => name,
  );
  return [...listed, ...declared].filter((name) => name !== "");
}

describe.each([
  { entry: "src/index.ts", page: "docs/api/mlserve.md" },
  { entry: "src/testing/flavor-checks.ts", page: "docs/api/mlserve.testing.md" },
])("$page", ({ entry, page }) => {
  it("has a section for each export (npm run docs writes it)", () => {
    const headings = Array.from(read(page).matchAll(/^### ([\w\\]+)/gm), ([, name = ""]) => name.replaceAll("\\", ""));
    expect(new Set(headings)).toEqual(new Set(exportedNames(read(entry))));
  });
});

it("knows every way of exporting that an entry point uses", () => {
  const source =
    'export { a, type B } from "./a.js";\nexport type { C } from "./c.js";\nexport function d(): void {}\n';
  expect(exportedNames(source)).toEqual(["a", "B", "C", "d"]);
});
