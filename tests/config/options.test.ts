import { describe, expect, it } from "vitest";
import { describeOptions } from "../../src/config/describe.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";
import { resolveOptions } from "../../src/config/resolve.js";

const COMMANDS = Object.entries(COMMAND_OPTIONS).map(([name, schema]) => ({
  name,
  schema,
  options: describeOptions(schema),
}));

describe("the options of every command", () => {
  it.each(COMMANDS)("$name has defaults that its own types accept", ({ schema }) => {
    const resolve = () => resolveOptions(schema, { flags: {}, environment: {} });
    expect(resolve).not.toThrow();
  });

  it.each(COMMANDS)("$name has no flag twice, and leaves -h and -V to the program", ({ options }) => {
    const flags = options.flatMap(({ flag, shortFlag }) => (shortFlag === undefined ? [flag] : [flag, shortFlag]));
    expect(new Set([...flags, "-h", "-V", "--help", "--version"]).size).toBe(flags.length + 4);
  });

  it.each(COMMANDS)("$name has help texts of one line without a full stop", ({ options }) => {
    expect(options.map(({ help }) => help).filter((help) => !/^[^\n]{5,100}[^\n.]$/.test(help))).toEqual([]);
  });

  it("a variable means the same in every command that reads it", () => {
    const meanings = new Map<string, Set<string>>();
    for (const { variable, expected } of COMMANDS.flatMap(({ options }) => options)) {
      meanings.set(variable, (meanings.get(variable) ?? new Set()).add(expected));
    }
    expect([...meanings].filter(([, expected]) => expected.size > 1)).toEqual([]);
  });
});
