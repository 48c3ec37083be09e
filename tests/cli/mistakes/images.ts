import { EXIT } from "../../../src/core/errors.js";
import { type MistakeRow, toMistakes } from "./mistake.js";

const { usage, model, failure } = EXIT;

const NAMES =
  "Names have lower-case letters, digits, dots, dashes and slashes; what follows the colon may have capitals";

const ROWS: readonly MistakeRow[] = [
  [
    "an image without a name",
    usage,
    ["build-docker", "iris.tar"],
    "--tag: expected a name for the image. Give one, such as -t iris:1; or --context DIR, to write the build context alone",
  ],
  [
    "a name in capitals",
    usage,
    ["build-docker", "iris.tar", "-t", "Iris"],
    `--tag "Iris": expected a name for an image, such as iris:1 or registry.example/team/iris:1. ${NAMES}`,
  ],
  [
    "a base on musl",
    usage,
    ["dockerfile", "iris.tar", "--base-image", "node:22-alpine"],
    '--base-image "node:22-alpine": is made with musl, where onnxruntime\'s libraries do not run: they need glibc. ' +
      "Take one of Debian or Ubuntu, such as node:22-bookworm-slim",
  ],
  [
    "a base that is no name",
    usage,
    ["dockerfile", "iris.tar", "--base-image", "node 22"],
    '--base-image "node 22": expected the name of an image, such as node:22-bookworm-slim',
  ],
  [
    "another system than Linux",
    usage,
    ["dockerfile", "iris.tar", "--platform", "windows/amd64"],
    "--platform: expected one of linux/amd64, linux/arm64",
  ],
  [
    "a port that nobody knows",
    usage,
    ["dockerfile", "iris.tar", "--port", "0"],
    "--port: a container needs a port that others know: from 1 to 65535",
  ],
  ["a label without a value", usage, ["dockerfile", "iris.tar", "--label", "team"], "--label: expected NAME=TEXT"],
  [
    "a label of two lines",
    usage,
    ["dockerfile", "iris.tar", "--label", "team=a\nRUN b"],
    '--label "team": holds a control character, such as the end of a line',
  ],
  [
    "a variable with a dash",
    usage,
    ["dockerfile", "iris.tar", "--env", "A-B=c"],
    '--env "A-B": a variable\'s name has letters, digits and _ only',
  ],
  [
    "a user that is none",
    usage,
    ["dockerfile", "iris.tar", "--user", "a b"],
    "--user: expected a user or a user and a group, such as 1000:1000",
  ],
  [
    "a model that is not there",
    model,
    ["dockerfile", "iris.tarr"],
    'there is no file or folder "{cwd}/iris.tarr". Did you mean "{cwd}/iris.tar"?',
  ],
  [
    "a context among other files",
    usage,
    ["build-docker", "iris.tar", "--context", "."],
    '--context: holds other files, such as "cases.jsonl". Name a folder that is new, empty, or an earlier context',
  ],
  [
    "a manifest without an image",
    usage,
    ["manifest", "iris.tar"],
    "--image: expected the name of the image that holds the model. Build one with mlserve build-docker or mlserve build-image",
  ],
  [
    "a deployment that no host is called",
    usage,
    ["manifest", "iris.tar", "--image", "iris:1", "--name", "Iris"],
    '--name "Iris": expected up to 63 lower-case letters, digits and dashes, a letter first',
  ],
  [
    "an address without a scheme",
    usage,
    ["health", "localhost:8080"],
    '"localhost:8080": expected an address such as http://127.0.0.1:8080',
  ],
  ["a server that is not there", failure, ["health", "http://127.0.0.1:1"], "http://127.0.0.1:1: nobody answers there"],
];

/** What the commands for containers refuse, before any engine is asked. */
export const IMAGE_MISTAKES = toMistakes(ROWS);
