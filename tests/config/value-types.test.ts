import { describe, expect, it } from "vitest";
import {
  aboveZero,
  choice,
  DURATION,
  ENTRY,
  FILE,
  integer,
  integers,
  PAIR,
  PORT,
  SIZE,
  SWITCH,
  text,
} from "../../src/config/value-types.js";

const TYPES = {
  "a DURATION above zero": aboveZero(DURATION),
  DURATION,
  FILE,
  PORT,
  SIZE,
  SWITCH,
  text: text("NAME"),
  choice: choice(["debug", "info"]),
  integer: integer("N", 1, 8),
  integers: integers("N", 1, 8),
};

type TypeName = keyof typeof TYPES;

const ACCEPTED: readonly (readonly [TypeName, string, unknown])[] = [
  ["DURATION", "30s", 30_000],
  ["DURATION", "250ms", 250],
  ["DURATION", "1.5s", 1500],
  ["DURATION", "5m", 300_000],
  ["DURATION", "1h", 3_600_000],
  ["DURATION", "30", 30_000],
  ["DURATION", "0", 0],
  ["DURATION", "0.5", 500],
  ["DURATION", " 2 s ", 2000],
  ["a DURATION above zero", "1ms", 1],
  ["SIZE", "32MB", 32_000_000],
  ["SIZE", "32mb", 32_000_000],
  ["SIZE", "1GiB", 1_073_741_824],
  ["SIZE", "500 KB", 500_000],
  ["SIZE", "1.5KiB", 1536],
  ["SIZE", "1024", 1024],
  ["SIZE", "7B", 7],
  ["PORT", "0", 0],
  ["PORT", "65535", 65_535],
  ["PORT", "08080", 8080],
  ["SWITCH", "true", true],
  ["SWITCH", "1", true],
  ["SWITCH", "ON", true],
  ["SWITCH", "no", false],
  ["SWITCH", "0", false],
  ["text", "iris", "iris"],
  ["FILE", "-", "-"],
  ["choice", "info", "info"],
  ["integer", "8", 8],
  ["integers", "8", [8]],
  ["integers", "1, 8,2", [1, 8, 2]],
];

const REFUSED: readonly (readonly [TypeName, string, RegExp])[] = [
  ["DURATION", "soon", /^expected a time such as 250ms/],
  ["DURATION", "-1s", /^expected a time/],
  ["DURATION", "3 weeks", /^expected a time/],
  ["DURATION", "25000h", /^expected a time/],
  ["DURATION", "", /^expected a time/],
  ["a DURATION above zero", "0s", /^expected a time such as .*, more than 0$/],
  ["a DURATION above zero", "soon", /^expected a time such as 250ms, 30s or 5m, up to 24 days$/],
  ["SIZE", "12XB", /^expected a size such as/],
  ["SIZE", "-1", /^expected a size/],
  ["SIZE", "99999999999GB", /^expected a size/],
  ["SIZE", "1e3", /^expected a size/],
  ["PORT", "65536", /^expected a whole number from 0 to 65535$/],
  ["PORT", "-1", /^expected a whole number/],
  ["PORT", "80.5", /^expected a whole number/],
  ["PORT", "http", /^expected a whole number/],
  ["PORT", "0x50", /^expected a whole number/],
  ["SWITCH", "maybe", /^expected true or false$/],
  ["SWITCH", "constructor", /^expected true or false$/],
  ["text", "  ", /^expected a text that is not empty$/],
  ["FILE", "", /^expected the name of a file$/],
  ["choice", "Info", /^expected one of debug, info. Did you mean info\?$/],
  ["integer", "0", /^expected a whole number from 1 to 8$/],
  ["integers", "1,9", /^expected whole numbers from 1 to 8 with commas between them$/],
  ["integers", "1,", /^expected whole numbers/],
  ["integer", "9", /^expected a whole number from 1 to 8$/],
];

describe("value types", () => {
  it.each(ACCEPTED)("%s reads %j as %j", (name, written, value) => {
    expect(TYPES[name].schema.parse(written)).toEqual(value);
  });

  it.each(REFUSED)("%s refuses %j", (name, written, message) => {
    const result = TYPES[name].schema.safeParse(written);
    expect(result.error?.issues.map((issue) => issue.message)).toEqual([expect.stringMatching(message)]);
  });
});

describe("ENTRY", () => {
  it.each<[written: string, key: string, value: unknown]>([
    ["owner=Ann Lee", "owner", "Ann Lee"],
    ["version=1.10", "version", "1.10"],
    ["query=a=b:=c", "query", "a=b:=c"],
    ["empty=", "empty", ""],
    ["json={}", "json", "{}"],
    ["count:=3", "count", 3],
    ["ratio:=1.5e-3", "ratio", 0.0015],
    ["big:=9007199254740993", "big", 9007199254740993n],
    ['tags:=["a", null, true]', "tags", ["a", null, true]],
    ["a:b=c", "a:b", "c"],
  ])("reads %s", (written, key, value) => {
    expect(ENTRY.schema.parse(written)).toEqual([key, value]);
  });

  it("reads an object of JSON without a prototype", () => {
    const [, value] = ENTRY.schema.parse('o:={"__proto__": 1}');
    expect(Object.entries(Object(value))).toEqual([["__proto__", 1]]);
  });

  it.each(["owner", "=x", ":=1", "a:=", "a:=x", 'a:={"b": 1, "b": 2}', "a:=NaN"])("refuses %s", (written) => {
    expect(ENTRY.schema.safeParse(written).error?.issues.map(({ message }) => message)).toEqual([
      "expected KEY=TEXT, or KEY:=JSON",
    ]);
  });
});

describe("PAIR", () => {
  it.each<[written: string, name: string, text: string]>([
    ["A=b", "A", "b"],
    ["A=", "A", ""],
    [" A=b=:= c ", "A", "b=:= c "],
    ["a:=1", "a:", "1"],
  ])("reads %j", (written, name, text) => {
    expect(PAIR.schema.parse(written)).toEqual([name, text]);
  });

  it.each(["A", "=b", ""])("refuses %j", (written) => {
    expect(PAIR.schema.safeParse(written).error?.issues.map(({ message }) => message)).toEqual(["expected NAME=TEXT"]);
  });
});
