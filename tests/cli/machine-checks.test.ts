import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CHECKS, checkNode } from "../../cli/machine-checks.js";

describe("checkNode", () => {
  it.each([
    { version: "20.20.2", state: "ok" },
    { version: "24.14.1", state: "ok" },
    { version: "20.19.0", state: "warning" },
    { version: "24.1.0", state: "warning" },
    { version: "20.18.3", state: "broken" },
    { version: "18.20.0", state: "broken" },
  ])("finds Node $version $state", ({ version, state }) => {
    expect(checkNode(version).state).toBe(state);
  });
});

describe("the checks of the machine", () => {
  it("find a temporary folder that is not there broken", async () => {
    const machine = { host: "127.0.0.1", port: 0, temporaryFolder: join(tmpdir(), "mlserve-is-not-here", "x") };
    const findings = (await Promise.all(CHECKS.map((check) => check(machine)))).flat();
    expect(findings.filter(({ state }) => state === "broken")).toEqual([
      {
        name: "temporary folder",
        state: "broken",
        found: expect.stringContaining("cannot be written"),
        hint: expect.any(String),
      },
    ]);
  });
});
