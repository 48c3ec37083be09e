import { describe, expect, it } from "vitest";
import { z } from "zod";
import { describeOptions, toHelpText, toUsage } from "../../src/config/describe.js";
import { option } from "../../src/config/option.js";
import { integer, listOf, SIZE, SWITCH } from "../../src/config/value-types.js";

const schema = z.object({
  maxBody: option(SIZE, { short: "m", help: "largest body", default: "32MB" }),
  cacheSize: option(SIZE, { help: "size of the cache" }),
  verbose: option(SWITCH, { help: "say more", default: "false" }),
  selfTest: option(SWITCH, { help: "run the model once", default: "true" }),
  ports: option(listOf(integer("PORT", 0, 9)), { help: "ports to try", default: "" }),
});

describe("describeOptions", () => {
  it("derives the flag and the variable from the key", () => {
    const names = describeOptions(schema).map(({ key, flag, negatedFlag, shortFlag, variable }) => [
      key,
      flag,
      negatedFlag,
      shortFlag,
      variable,
    ]);
    expect(names).toEqual([
      ["maxBody", "--max-body", undefined, "-m", "MLSERVE_MAX_BODY"],
      ["cacheSize", "--cache-size", undefined, undefined, "MLSERVE_CACHE_SIZE"],
      ["verbose", "--verbose", "--no-verbose", undefined, "MLSERVE_VERBOSE"],
      ["selfTest", "--self-test", "--no-self-test", undefined, "MLSERVE_SELF_TEST"],
      ["ports", "--ports", undefined, undefined, "MLSERVE_PORTS"],
    ]);
  });

  it("writes the lines of the help", () => {
    const lines = describeOptions(schema).map((described) => [toUsage(described), toHelpText(described)]);
    expect(lines).toEqual([
      ["-m, --max-body <SIZE>", "largest body (default 32MB)"],
      ["--cache-size <SIZE>", "size of the cache"],
      ["--verbose", "say more"],
      ["--no-self-test", "run the model once"],
      ["--ports <PORT>", "ports to try (may be repeated)"],
    ]);
  });

  it("refuses a field that was not declared as an option", () => {
    expect(() => describeOptions(z.object({ stray: z.string() }))).toThrow("option()");
  });
});
