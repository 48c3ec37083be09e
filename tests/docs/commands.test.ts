import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { describeOptions } from "../../src/config/describe.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";
import { ROOT } from "../e2e/built-cli.js";
import { faultsOf } from "./command-faults.js";
import { blocksOf, EVERYDAY_PAGES, followPages, USER_PAGES } from "./follow-pages.js";

/** Why a block is not run, and what proves its commands instead. */
const NOT_RUN = {
  "needs Python": { blocks: 12, proved: "tests/interop/export-guide.test.ts, in Python's own environment" },
  "installs from npm": { blocks: 9, proved: "tests/install, in empty folders with npm 10, 11 and 12" },
  "starts this repository": { blocks: 1, proved: "tests/clone, from a fresh clone" },
  "needs docker": { blocks: 2, proved: "tests/docker, with a docker daemon of its own" },
  "needs a registry": { blocks: 3, proved: "tests/docker/without-docker.test.ts, and tests/cli/remote-model.test.ts" },
  "needs systemd": { blocks: 1, proved: "tests/pages/systemd.test.ts, the unit alone" },
} as const;

/** Suite "pages" follows the others. */
followPages(EVERYDAY_PAGES);

describe("blocks that are not run", () => {
  it("are as many as there are known reasons for", () => {
    const counts: Record<string, number> = {};
    for (const { mark } of USER_PAGES.flatMap(blocksOf))
      if (mark.notRun !== undefined) counts[mark.notRun] = (counts[mark.notRun] ?? 0) + 1;
    expect(counts).toEqual(Object.fromEntries(Object.entries(NOT_RUN).map(([reason, { blocks }]) => [reason, blocks])));
  });
});

describe("command lines within a sentence", () => {
  const named = USER_PAGES.flatMap((page) => {
    const text = readFileSync(join(ROOT, page), "utf8").replace(/^```.*?^```$/gms, "");
    return Array.from(
      text.matchAll(/`(mlserve [a-z][^`]*)`/g),
      ([, line = ""]) => [page, line.replace(/\s+/g, " ")] as const,
    );
  });

  it("are found", () => {
    expect(named.length).toBeGreaterThan(40);
  });

  it.each(named)("in %s have commands and flags that exist: %s", (_, line) => {
    expect(faultsOf(line)).toEqual([]);
  });

  it.each([
    ["mlserve serv model.tar", "no command serv"],
    ["mlserve serve model.tar --prot 1", "serve has no --prot"],
    ["mlserve pack model -i x", "pack has no -i"],
  ])("would be missed: %s", (line, fault) => {
    expect(faultsOf(line)).toEqual([fault]);
  });
});

describe("variables", () => {
  const known = new Set(
    Object.values(COMMAND_OPTIONS).flatMap((schema) => describeOptions(schema).map(({ variable }) => variable)),
  );

  it.each(USER_PAGES)("that %s names exist", (page) => {
    const text = readFileSync(join(ROOT, page), "utf8");
    const named = Array.from(text.matchAll(/\bMLSERVE_[A-Z0-9_]+\b/g), ([variable]) => variable);
    expect(named.filter((variable) => !known.has(variable))).toEqual([]);
  });
});
