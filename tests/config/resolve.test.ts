import { describe, expect, it } from "vitest";
import { z } from "zod";
import { option } from "../../src/config/option.js";
import { SERVE_OPTIONS } from "../../src/config/options.js";
import { resolveOptions } from "../../src/config/resolve.js";
import { integer, listOf } from "../../src/config/value-types.js";
import { MlserveError } from "../../src/core/errors.js";

const PRECEDENCE = [
  { name: "the default", flags: {}, environment: {}, port: 8080, origin: "default" },
  {
    name: "the environment before the default",
    flags: {},
    environment: { MLSERVE_PORT: "9000" },
    port: 9000,
    origin: "environment",
  },
  {
    name: "a flag before the environment",
    flags: { port: "7000" },
    environment: { MLSERVE_PORT: "9000" },
    port: 7000,
    origin: "flag",
  },
  {
    name: "a flag before a wrong environment",
    flags: { port: "7000" },
    environment: { MLSERVE_PORT: "x" },
    port: 7000,
    origin: "flag",
  },
  {
    name: "the variable of a platform before the default",
    flags: {},
    environment: { PORT: "9000" },
    port: 9000,
    origin: "environment",
  },
  {
    name: "its own variable before those of platforms",
    flags: {},
    environment: { PORT: "9000", AIP_HTTP_PORT: "9001", MLSERVE_PORT: "9002" },
    port: 9002,
    origin: "environment",
  },
  {
    name: "the variable of the platform that says most about itself",
    flags: {},
    environment: { PORT: "9000", AIP_HTTP_PORT: "9001", SAGEMAKER_BIND_TO_PORT: "" },
    port: 9001,
    origin: "environment",
  },
  { name: "an empty variable as unset", flags: {}, environment: { MLSERVE_PORT: " " }, port: 8080, origin: "default" },
  {
    name: "what Kubernetes sets for a Service called mlserve as unset",
    flags: {},
    environment: { MLSERVE_PORT: "tcp://10.0.0.7:8080" },
    port: 8080,
    origin: "default",
  },
];

const REFUSALS = [
  {
    name: "a flag",
    flags: { port: "many" },
    environment: {},
    message: "--port: expected a whole number from 0 to 65535",
  },
  {
    name: "a variable",
    flags: {},
    environment: { MLSERVE_MAX_BODY: "big" },
    message: "MLSERVE_MAX_BODY: expected a size such as 500KB, 32MB or 1GiB",
  },
  {
    name: "the variable of a platform",
    flags: {},
    environment: { PORT: "http" },
    message: "PORT: expected a whole number from 0 to 65535",
  },
  {
    name: "a switch",
    flags: {},
    environment: { MLSERVE_VERBOSE: "loud" },
    message: "MLSERVE_VERBOSE: expected true or false",
  },
  {
    name: "a choice",
    flags: { logLevel: "chatty" },
    environment: {},
    message: "--log-level: expected one of debug, info, warn, error, silent",
  },
  {
    name: "an option without a default",
    flags: { threads: "0" },
    environment: {},
    message: "--threads: expected a whole number from 1 to 1024, or auto",
  },
];

function refusal(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  throw new Error("was not refused");
}

describe("resolveOptions", () => {
  it.each(PRECEDENCE)("takes $name", ({ flags, environment, port, origin }) => {
    const resolved = resolveOptions(SERVE_OPTIONS, { flags, environment });
    expect([resolved.values.port, resolved.settings.find(({ option: { key } }) => key === "port")?.origin]).toEqual([
      port,
      origin,
    ]);
  });

  it("gives options their types", () => {
    const { values } = resolveOptions(SERVE_OPTIONS, {
      flags: { verbose: true },
      environment: { MLSERVE_SHUTDOWN_GRACE: "250ms" },
    });
    expect(values).toMatchObject({
      host: "127.0.0.1",
      port: 8080,
      maxBody: 33_554_432,
      shutdownGrace: 250,
      threads: undefined,
      requireChecksums: false,
      logLevel: "info",
      verbose: true,
    });
  });

  it("lets a flag turn off what the environment turned on", () => {
    const { values } = resolveOptions(SERVE_OPTIONS, {
      flags: { verbose: false },
      environment: { MLSERVE_VERBOSE: "1" },
    });
    expect(values.verbose).toBe(false);
  });

  it.each(REFUSALS)("names $name whose value is wrong, and what was expected", ({ flags, environment, message }) => {
    const error = refusal(() => resolveOptions(SERVE_OPTIONS, { flags, environment }));
    expect(error).toBeInstanceOf(MlserveError);
    expect(error).toMatchObject({ kind: "usage", exitCode: 2, message });
  });
});

describe("an option that may be repeated", () => {
  const schema = z.object({ ports: option(listOf(integer("PORT", 0, 9)), { help: "ports to try", default: "" }) });

  it.each([
    { name: "nothing", flags: {}, environment: {}, ports: [] },
    { name: "each text of the flag", flags: { ports: ["1", "2"] }, environment: { MLSERVE_PORTS: "3" }, ports: [1, 2] },
    { name: "the parts of a variable", flags: {}, environment: { MLSERVE_PORTS: "3, 4," }, ports: [3, 4] },
  ])("gives $name", ({ flags, environment, ports }) => {
    expect(resolveOptions(schema, { flags, environment }).values.ports).toEqual(ports);
  });

  it("is refused for any wrong value", () => {
    const resolve = () => resolveOptions(schema, { flags: { ports: ["1", "many"] }, environment: {} });
    expect(resolve).toThrow("--ports: expected a whole number from 0 to 9");
  });
});
