import { describe, expect, it } from "vitest";
import { parseMediaType } from "../../src/http/media-type.js";

describe("parseMediaType", () => {
  it.each([
    "application/json",
    "Application/JSON",
    "  application/json ; charset=UTF-8",
    "application/json; charset=utf8",
    'application/json; charset="utf-8"',
    "application/json;",
    "application/json; a=b",
  ])("takes %j for JSON", (header) => {
    expect(parseMediaType(header)).toBe("application/json");
  });

  it.each([
    { header: "application/json; charset=iso-8859-1", message: "expected the charset utf-8" },
    { header: "application/json; charset=", message: "expected the charset utf-8" },
    { header: "application/json; format=pandas-split", message: 'the parameter "format" is not supported' },
    { header: "text/csv; header=absent", message: "a CSV without a header is not supported" },
    { header: "multipart/form-data; boundary=x", message: 'the parameter "boundary" is not supported' },
  ])("refuses $header", ({ header, message }) => {
    expect(() => parseMediaType(header)).toThrow(message);
  });
});
