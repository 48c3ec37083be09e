import type { COMMAND_OPTIONS } from "../src/config/options.js";
import type { CommandContext } from "./command.js";
import type { CommandName } from "./commands.js";

type Runner<Name extends CommandName> = (context: CommandContext<(typeof COMMAND_OPTIONS)[Name]>) => Promise<void>;

/** What runs each command: loaded when it is called for, and not before. */
export const RUNNERS: { readonly [Name in CommandName]: () => Promise<Runner<Name>> } = {
  init: async () => (await import("./init.js")).initCommand,
  pack: async () => (await import("./pack.js")).packCommand,
  serve: async () => (await import("./serve.js")).serveCommand,
  predict: async () => (await import("./predict.js")).predictCommand,
  inspect: async () => (await import("./inspect.js")).inspectCommand,
  validate: async () => (await import("./validate.js")).validateCommand,
  test: async () => (await import("./test.js")).testCommand,
  diff: async () => (await import("./diff.js")).diffCommand,
  bench: async () => (await import("./bench.js")).benchCommand,
  "build-docker": async () => (await import("./build-docker.js")).buildDockerCommand,
  "build-image": async () => (await import("./build-image.js")).buildImageCommand,
  dockerfile: async () => (await import("./dockerfile.js")).dockerfileCommand,
  manifest: async () => (await import("./manifest.js")).manifestCommand,
  health: async () => (await import("./health.js")).healthCommand,
  push: async () => (await import("./push.js")).pushCommand,
  pull: async () => (await import("./pull.js")).pullCommand,
  sign: async () => (await import("./sign.js")).signCommand,
  verify: async () => (await import("./verify.js")).verifyCommand,
  keygen: async () => (await import("./keygen.js")).keygenCommand,
  doctor: async () => (await import("./doctor.js")).doctorCommand,
  completion: async () => (await import("./completion.js")).completionCommand,
};
