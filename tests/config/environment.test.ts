import { describe, expect, it } from "vitest";
import { findUnknownVariables } from "../../src/config/environment.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";

const find = (...names: string[]): string[] =>
  findUnknownVariables(Object.fromEntries(names.map((name) => [name, "1"])), Object.values(COMMAND_OPTIONS));

describe("findUnknownVariables", () => {
  it("asks whether a misspelt variable means another", () => {
    expect(find("MLSERVE_PROT", "MLSERVE_ZZZZZZ")).toEqual([
      "MLSERVE_PROT is no variable of mlserve, and is ignored. Did you mean MLSERVE_PORT?",
      "MLSERVE_ZZZZZZ is no variable of mlserve, and is ignored",
    ]);
  });

  it.each([
    { name: "variables of options", names: ["MLSERVE_PORT", "MLSERVE_CONFIG", "MLSERVE_OUTPUT"] },
    { name: "other programs' variables", names: ["PATH", "MLFLOW_TRACKING_URI", "MLSERVER_PORT"] },
    {
      name: "what Kubernetes sets for a Service",
      names: ["MLSERVE_SERVICE_HOST", "MLSERVE_SERVICE_PORT_HTTP", "MLSERVE_PORT_8080_TCP_ADDR", "MLSERVE_IRIS_PORT"],
    },
  ])("says nothing of $name", ({ names }) => {
    expect(find(...names)).toEqual([]);
  });
});
