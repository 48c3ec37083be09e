import type { COMMAND_OPTIONS } from "../src/config/options.js";
import type { Argument, Command } from "./command.js";

export type CommandName = keyof typeof COMMAND_OPTIONS;

const MODEL: Argument = {
  name: "model",
  help: "a package (.tar or .tar.gz), the folder of a model, or oci://NAME:TAG",
  isModel: true,
};

/** What those take besides that run a model: they pack it themselves. */
const RUNNABLE: Argument = {
  ...MODEL,
  help: "a package (.tar, .tar.gz), a model's folder, an .onnx file, a predict.ts, or oci://NAME:TAG",
};

/**
 * Every command of `mlserve`, in the order of the help, for whoever tells of commands: what runs them is in runners.ts,
 * their options are in src/config/options.ts.
 */
export const COMMANDS: Readonly<Record<CommandName, Command>> = {
  init: {
    summary: "make a project to start from",
    arguments: [{ name: "dir", help: "where to make it; unset: here", optional: true }],
    examples: ["mlserve init my-model", "mlserve init my-model --template onnx"],
  },
  pack: {
    summary: "put a model and its description into one package",
    arguments: [
      {
        name: "path",
        help: "a folder saved by MLflow, an .onnx file, a function (predict.ts, .js), or a folder that holds one",
      },
    ],
    examples: [
      "mlserve pack ./iris",
      "mlserve pack ./predict.ts",
      "mlserve pack model.onnx -o house-prices.tar.gz --name house-prices",
      "mlserve pack model.onnx --input-example request.json",
      "mlserve pack model.onnx --metadata version=1.10 --metadata 'tags:=[\"a\", 3]'",
    ],
  },
  serve: {
    summary: "serve a model over HTTP",
    arguments: [RUNNABLE],
    examples: [
      "mlserve serve iris.tar",
      "mlserve serve ./predict.ts",
      "mlserve serve ./mlflow-model --host 0.0.0.0 --port 9000",
      "mlserve serve iris.tar --workers 4 --timeout 2s --max-body 100MB",
    ],
  },
  predict: {
    summary: "run a model on a request body or a file of rows, without HTTP",
    arguments: [RUNNABLE],
    examples: [
      "mlserve predict iris.tar -i request.json",
      "cat request.json | mlserve predict iris.tar -o answer.json",
      "mlserve predict iris.tar -i flowers.csv -o scored.parquet --keep-columns id",
    ],
  },
  inspect: {
    summary: "show what a model takes, gives and consists of",
    arguments: [MODEL],
    examples: ["mlserve inspect iris.tar", "mlserve inspect iris.tar --json"],
  },
  validate: {
    summary: "list everything that is wrong with a model",
    arguments: [MODEL],
    examples: ["mlserve validate iris.tar", "mlserve validate iris.tar --run --json"],
  },
  test: {
    summary: "run a model's self-test and recorded requests, and compare",
    arguments: [RUNNABLE],
    examples: ["mlserve test iris.tar", "mlserve test iris.tar --cases requests.jsonl --verbose"],
  },
  diff: {
    summary: "show how two models differ, down to their predictions",
    arguments: [
      { ...MODEL, name: "before" },
      { ...MODEL, name: "after" },
    ],
    examples: ["mlserve diff iris-1.tar iris-2.tar", "mlserve diff iris-1.tar iris-2.tar --no-run --exit-code"],
  },
  bench: {
    summary: "measure how fast a model is served, or a server answers",
    arguments: [{ ...RUNNABLE, help: "a package, the folder of a model, a function, or http://host:port of a server" }],
    examples: [
      "mlserve bench iris.tar",
      "mlserve bench iris.tar --compare http://127.0.0.1:5000",
      "mlserve bench http://127.0.0.1:8080 -r request.json -c 1,32 -d 30s",
    ],
  },
  "build-docker": {
    summary: "build a container image of a model with docker, podman or buildah",
    arguments: [RUNNABLE],
    examples: [
      "mlserve build-docker iris.tar -t iris:1",
      "mlserve build-docker iris.tar -t iris:1 --platform linux/arm64",
      "mlserve build-docker iris.tar --context ./context    # for docker build",
    ],
  },
  "build-image": {
    summary: "write or push a container image of a model, without Docker",
    arguments: [RUNNABLE],
    examples: [
      "mlserve build-image iris.tar -o image.tar    # docker load < image.tar",
      "mlserve build-image iris.tar --push registry.example/iris:1",
      "mlserve build-image iris.tar -o image.tar --base-image oci:node22:slim",
    ],
  },
  dockerfile: {
    summary: "print the Dockerfile that build-docker uses",
    arguments: [RUNNABLE],
    examples: ["mlserve dockerfile iris.tar", "mlserve dockerfile iris.tar --base-image node:24-bookworm-slim"],
  },
  manifest: {
    summary: "write a file that deploys an image of a model",
    arguments: [RUNNABLE],
    examples: [
      "mlserve manifest iris.tar --image registry.example/iris:1 -o iris.yaml",
      "mlserve manifest iris.tar --target compose --image iris:1",
    ],
  },
  health: {
    summary: "ask a server whether it is ready",
    arguments: [{ name: "url", help: "where the server is; unset: by --port on this machine", optional: true }],
    examples: ["mlserve health", "mlserve health http://10.0.0.7:8080"],
  },
  push: {
    summary: "send a model to a container registry",
    arguments: [RUNNABLE, { name: "reference", help: "where to: REGISTRY/NAME:TAG", completes: "nothing" }],
    examples: [
      "mlserve push iris.tar registry.example/iris:1",
      "mlserve push iris.tar registry.example/iris:car --format modelcar",
    ],
  },
  pull: {
    summary: "get a model from a container registry",
    arguments: [{ name: "reference", help: "what to get: REGISTRY/NAME:TAG, or NAME@DIGEST", completes: "nothing" }],
    examples: [
      "mlserve pull registry.example/iris:1 -o iris.tar",
      "mlserve pull registry.example/iris:1 --trust team.pub",
    ],
  },
  sign: {
    summary: "sign a package, so that others can tell whose it is",
    arguments: [{ name: "model", help: "a package (.tar or .tar.gz), or a folder with SHA256SUMS" }],
    examples: ["mlserve sign iris.tar --key team.key", "mlserve sign iris.tar --key team.key -o signed/iris.tar"],
  },
  verify: {
    summary: "check a model's files and whose signature it has",
    arguments: [MODEL],
    examples: ["mlserve verify iris.tar --trust team.pub", "mlserve serve iris.tar --trust team.pub"],
  },
  keygen: {
    summary: "make a pair of keys to sign packages with",
    arguments: [{ name: "name", help: "a name for the pair: NAME.key signs, and NAME.pub is for everybody else" }],
    examples: ["mlserve keygen team"],
  },
  doctor: {
    summary: "find what is missing or wrong on this machine",
    arguments: [],
    examples: ["mlserve doctor", "mlserve doctor --port 9000 --json"],
  },
  completion: {
    summary: "print a completion script for bash, zsh or fish",
    arguments: [{ name: "shell", help: "bash, zsh or fish", completes: ["bash", "zsh", "fish"] }],
    examples: [
      'eval "$(mlserve completion bash)"         # in ~/.bashrc',
      "source <(mlserve completion zsh)          # in ~/.zshrc, after compinit",
      "mlserve completion fish > ~/.config/fish/completions/mlserve.fish",
    ],
  },
};

export function commandNames(): CommandName[] {
  // The keys of a table that nobody else can add to.
  return Object.keys(COMMANDS) as CommandName[];
}
