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
  [
    "an image that goes nowhere",
    usage,
    ["build-image", "iris.tar"],
    "--output: expected a file or a registry to write the image to. Give -o FILE.tar, --push REGISTRY/NAME:TAG, or both",
  ],
  [
    "an image in another archive",
    usage,
    ["build-image", "iris.tar", "-o", "image.zip"],
    '--output "image.zip": an image is written as a .tar',
  ],
  [
    "a base that only docker can read",
    usage,
    ["build-image", "iris.tar", "-o", "image.tar", "--base-image", "docker-daemon:node:22"],
    '--base-image: images cannot be read from "docker-daemon". docker save, or skopeo copy, writes it into a file for docker-archive:FILE',
  ],
  [
    "a base that is no layout",
    model,
    ["build-image", "iris.tar", "-o", "image.tar", "--base-image", "oci:."],
    '"{cwd}": has no index.json, so that it is no OCI image layout',
  ],
  [
    "a registry's name in capitals",
    usage,
    ["build-image", "iris.tar", "--push", "registry.example/Iris:1"],
    '--push: names of images are in lower case. Expected REGISTRY/NAME:TAG, got "registry.example/Iris:1"',
  ],
  [
    "a model sent nowhere",
    usage,
    ["push", "iris.tar"],
    "missing argument <reference>. Expected where to: REGISTRY/NAME:TAG. See mlserve push --help",
  ],
  [
    "a base for what is no image",
    usage,
    ["push", "iris.tar", "registry.example/iris:1", "--base-image", "busybox"],
    "--base-image: only an image has one. Add --format modelcar",
  ],
  [
    "a package of another kind from a registry",
    usage,
    ["pull", "registry.example/iris:1", "-o", "iris.zip"],
    '--output "iris.zip": a package is a .tar or a .tar.gz',
  ],
  [
    "a model in a registry that is watched",
    usage,
    ["serve", "oci://registry.example/iris:1", "--watch"],
    "--watch: a model in a registry cannot be watched",
  ],
  [
    "a model in a registry without a name",
    usage,
    ["inspect", "oci://registry.example/"],
    'oci://: names consist of letters, digits and single . _ - between them. Expected REGISTRY/NAME:TAG, got "registry.example/"',
  ],
];

/** What the commands for containers refuse, before any engine is asked. */
export const IMAGE_MISTAKES = toMistakes(ROWS);
