import { readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, it } from "vitest";
import { ROOT } from "../e2e/built-cli.js";
import { type Block, parseBlocks, type Step, toSteps } from "./page-blocks.js";
import { openReader, type Reader } from "./reader.js";

/** The pages of a folder of the repository, by their paths in it. */
function pagesIn(folder: string): string[] {
  return readdirSync(join(ROOT, folder))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** Every page whose commands are for users. */
export const USER_PAGES: readonly string[] = ["README.md", ...pagesIn("docs"), ...examplePages()];

/** Those that are followed by every run of the tests: the ones that a newcomer opens. */
export const EVERYDAY_PAGES: readonly string[] = [
  "README.md",
  "docs/serve.md",
  "examples/iris/README.md",
  "examples/batch/README.md",
];

function examplePages(): string[] {
  const folders = readdirSync(join(ROOT, "examples"), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return ["examples", ...folders.map(({ name }) => join("examples", name))].flatMap(pagesIn);
}

export function blocksOf(page: string): Block[] {
  return parseBlocks(readFileSync(join(ROOT, page), "utf8"));
}

/** A test for each block of each page, in order; the pages of an example are read in its folder. */
export function followPages(pages: readonly string[]): void {
  const followed = pages.map((page) => [page, toSteps(blocksOf(page))] as const);
  describe.each(followed.filter(([, steps]) => steps.length > 0))("%s", (page, steps) => {
    let reader: Reader;
    beforeAll(() => {
      reader = openReader(page.startsWith("examples") ? dirname(page) : ".");
    });
    afterAll(async () => await reader[Symbol.asyncDispose]());

    it.each(steps.map((step) => [titleOf(step), step] as const))("%s", async (_, step) => {
      await reader.follow(step);
    });
  });
}

function titleOf(step: Step): string {
  if (step.does === "save") return `line ${step.line}: saves ${step.file}`;
  return `line ${step.line}: ${step.commands[0]?.split("\n")[0] ?? "nothing"}`;
}
