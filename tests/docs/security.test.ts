import { readFileSync } from "node:fs";
import { maxHeaderSize } from "node:http";
import { describe, expect, it } from "vitest";
import { createTableBudget } from "../../src/codec/decode/tables/budget.js";
import { describeOptions } from "../../src/config/describe.js";
import { SERVE_OPTIONS } from "../../src/config/options.js";
import { parseJson } from "../../src/core/json.js";
import { DEFAULT_LIMITS } from "../../src/format/archive-limits.js";
import { MAX_MLMODEL_BYTES } from "../../src/format/mlmodel.js";

const page = readFileSync(new URL("../../docs/security.md", import.meta.url), "utf8");
const MIB = 1024 * 1024;

/** What the page says in the row of a limit: `10,000`, `1 GiB`. */
function said(limit: string): string {
  const row = page.split("\n").find((line) => line.startsWith(`| ${limit} |`));
  return row?.split("|")[2]?.trim() ?? `no row for ${limit}`;
}

const defaultOf = (name: string): string | undefined =>
  describeOptions(SERVE_OPTIONS).find((option) => option.name === name)?.default;

const parse = (text: string) => parseJson(new TextEncoder().encode(text));

describe("docs/security.md", () => {
  it("says the limits of a package", () => {
    const { entries, totalBytes, headerBytes, ratio, ratioFromBytes } = DEFAULT_LIMITS;
    expect({
      entries: said("files and folders"),
      total: said("bytes of all files, unpacked"),
      header: said("bytes of one header of the archive"),
      ratio: said(`unpacked bytes for each compressed one, beyond the first ${ratioFromBytes / MIB} MiB`),
      mlmodel: said("bytes of an MLmodel file"),
    }).toEqual({
      entries: entries.toLocaleString("en"),
      total: `${totalBytes / MIB / 1024} GiB`,
      header: `${headerBytes / MIB} MiB`,
      ratio: String(ratio),
      mlmodel: `${MAX_MLMODEL_BYTES / MIB} MiB`,
    });
  });

  it("says the defaults of the options that limit a request", () => {
    expect(said("bytes of a body, decompressed").replace(" ", "")).toBe(`${defaultOf("max-body")}, \`--max-body\``);
    expect(said("time for an answer").replace(" ", "")).toBe(`${defaultOf("timeout")}, \`--timeout\``);
    expect(said("bytes of headers")).toBe(`${maxHeaderSize / 1024} KiB, Node's own`);
  });

  it("says how deep JSON may be nested, and how long its integers may be", () => {
    const depth = Number(said("levels of nesting"));
    const digits = Number(said("digits of an integer").replace(",", ""));
    const nested = (levels: number): string => "[".repeat(levels) + "]".repeat(levels);
    expect(() => parse(nested(depth))).not.toThrow();
    expect(() => parse(nested(depth + 1))).toThrow(`deeper than ${depth} levels`);
    expect(() => parse("1".repeat(digits))).not.toThrow();
    expect(() => parse("1".repeat(digits + 1))).toThrow(`more than ${digits} digits`);
  });

  it("says what a table of Parquet or Arrow may take", () => {
    const gibibytes = /^(\d+) GiB$/.exec(said("bytes that a table of Parquet or Arrow may take"))?.[1];
    const bytes = Number(gibibytes) * 1024 * MIB;
    expect(() => createTableBudget().spend(bytes)).not.toThrow();
    expect(() => createTableBudget().spend(bytes + 1)).toThrow();
  });
});
