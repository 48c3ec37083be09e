import type { CommandEntry } from "./command.js";

/** Every command of `mlserve`, in the order of the help. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  pack: {
    summary: "put a model and its description into one package",
    load: async () => (await import("./pack.js")).packCommand,
  },
  serve: { summary: "serve a model over HTTP", load: async () => (await import("./serve.js")).serveCommand },
  predict: {
    summary: "run a model on a request body or a file of rows, without HTTP",
    load: async () => (await import("./predict.js")).predictCommand,
  },
  inspect: {
    summary: "show what a model takes, gives and consists of",
    load: async () => (await import("./inspect.js")).inspectCommand,
  },
  validate: {
    summary: "list everything that is wrong with a model",
    load: async () => (await import("./validate.js")).validateCommand,
  },
  doctor: {
    summary: "find what is missing or wrong on this machine",
    load: async () => (await import("./doctor.js")).doctorCommand,
  },
  completion: {
    summary: "print what makes a shell complete command lines",
    load: async () => (await import("./completion.js")).createCompletionCommand(COMMANDS),
  },
};
