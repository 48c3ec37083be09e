import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { ERRORS, EXIT } from "../../src/core/errors.js";

const page = readFileSync(new URL("../../docs/errors.md", import.meta.url), "utf8");

interface Row {
  readonly kind: string;
  readonly status: number;
  readonly errorCode: string;
  readonly exit: number;
}

/** Rows such as "| `invalid_json` | 400 | `BAD_REQUEST` | 4 | when | what to do |". */
function parseRows(markdown: string): Row[] {
  return Array.from(markdown.matchAll(/^\| `(\w+)` \| (\d{3}) \| `(\w+)` \| (\d) \| .+ \| .+ \|$/gm), (match) => {
    const [, kind = "", status, errorCode = "", exit] = match;
    return { kind, status: Number(status), errorCode, exit: Number(exit) };
  });
}

/** Rows such as "| 3 | model | … |". */
function parseExits(markdown: string): Record<string, number> {
  return Object.fromEntries(
    Array.from(markdown.matchAll(/^\| (\d) \| (\w+) \| .+ \|$/gm), ([, code, name = ""]) => [name, Number(code)]),
  );
}

describe("docs/errors.md", () => {
  it("lists the kinds of src/core/errors.ts, in its order, with the same status, error_code and exit code", () => {
    expect(parseRows(page)).toEqual(Object.entries(ERRORS).map(([kind, row]) => ({ kind, ...row })));
  });

  it("lists the exit codes, 0 for success", () => {
    expect(parseExits(page)).toEqual({ success: 0, ...EXIT });
  });

  it("would notice a row that is missing", () => {
    expect(parseRows(page.replace(/^\| `invalid_json`.*$/m, ""))).toHaveLength(Object.keys(ERRORS).length - 1);
  });
});
