import { describe, expect, it } from "vitest";
import { preferredMediaType } from "../../src/http/accept.js";

const offered = ["application/json", "application/arrow"] as const;

describe("preferredMediaType", () => {
  it.each([
    null,
    "",
    "*/*",
    "application/*",
    "text/html",
    "text/html, application/xhtml+xml, */*;q=0.8",
    "application/json",
    "application/json, application/arrow",
    "application/arrow;q=0.5, application/json",
    "application/arrow;q=0",
    "application/arrow;q=0, */*",
    "application/arrow;q=x",
    "application/arrow;q=2",
    ",;,",
  ])("gives the first for %j", (header) => {
    expect(preferredMediaType(header, offered)).toBe("application/json");
  });

  it.each([
    "application/arrow",
    " Application/Arrow ; q=0.1 ",
    "application/arrow, application/json",
    "application/arrow, */*",
    "*/*, application/arrow",
    "application/json;q=0.9, application/arrow",
    "application/json;q=0, */*;q=0.1",
  ])("gives the other for %j", (header) => {
    expect(preferredMediaType(header, offered)).toBe("application/arrow");
  });
});
