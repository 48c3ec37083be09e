import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeOptions } from "../../src/config/describe.js";
import { LIMIT_OPTIONS } from "../../src/config/limit-options.js";
import { SERVE_OPTIONS } from "../../src/config/options.js";
import { DEFAULT_DECODE_LIMITS } from "../../src/core/decode-limits.js";
import { parseJson } from "../../src/core/json.js";
import { DEFAULT_LIMITS } from "../../src/format/archive-limits.js";
import { MAX_MLMODEL_BYTES } from "../../src/format/mlmodel.js";

const ROOT = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/security.md", ROOT), "utf8");
const MIB = 1024 * 1024;

/** What the page says in the row of a limit: `10,000`, `1 GiB`. */
function said(limit: string): string {
  const row = page.split("\n").find((line) => line.startsWith(`| ${limit} |`));
  return row?.split("|")[2]?.trim() ?? `no row for ${limit}`;
}

const defaultOf = (flag: string): string | undefined =>
  describeOptions(SERVE_OPTIONS).find((option) => option.flag === flag)?.default;

/** Keeping a connection that asks for nothing costs nothing but its place. */
const LIMITS = z.object(LIMIT_OPTIONS).omit({ keepAliveTimeout: true });

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
    const rows = Array.from(page.matchAll(/^\| .+ \| (.+) \| (`--.+`) \|$/gm), ([, defaults = "", options = ""]) => ({
      defaults,
      flags: Array.from(options.matchAll(/`(--[\w-]+)`/g), ([, flag = ""]) => flag),
    }));
    const flags = rows.flatMap((row) => row.flags);
    expect(flags).toEqual(expect.arrayContaining(describeOptions(LIMITS).map(({ flag }) => flag)));
    // What is chosen by the machine is told in words.
    const others = rows.filter(({ defaults, flags }) => flags.map(defaultOf).join(", ") !== defaults);
    expect(new Set(others.flatMap(({ flags: told }) => told))).toEqual(
      new Set(["--body-memory", "--max-queue-time", "--max-connections"]),
    );
  });

  it("links a test that is there for everything that it promises", () => {
    const promises = page.split("\n").filter((line) => /^\|(.*\|){4}$/.test(line) && !/^\| ?(what|---)/.test(line));
    expect(promises.length).toBeGreaterThan(40);
    const unshown = promises.filter((line) => {
      const tests = Array.from(
        (line.split("|")[2] ?? "").matchAll(/\]\(([^)]+\.test\.ts)\)/g),
        ([, path = ""]) => path,
      );
      return tests.length === 0 || !tests.every((path) => existsSync(new URL(path, new URL("docs/", ROOT))));
    });
    expect(unshown).toEqual([]);
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

  it("has options whose defaults are those of a model in a program", () => {
    const { maxRows, maxColumns, maxDepth, maxElements, maxString, maxValues } = SERVE_OPTIONS.parse({});
    expect({ maxRows, maxColumns, maxDepth, maxElements, maxStringBytes: maxString, maxValueBytes: maxValues }).toEqual(
      DEFAULT_DECODE_LIMITS,
    );
  });
});
