import { option } from "./option.js";
import { choice, FILE, integer, listOf, PAIR, PORT, SIZE, text } from "./value-types.js";

/** What an image is to be, however it is made: options of every command that makes one. */
export const IMAGE_OPTIONS = {
  platform: option(choice(["linux/amd64", "linux/arm64"], "PLATFORM"), {
    group: "Image",
    help: "linux/amd64 or linux/arm64; unset: the processor of this machine",
  }),
  baseImage: option(text("IMAGE"), {
    group: "Image",
    help: "the image to build on, with node and glibc",
    default: "node:22-bookworm-slim",
  }),
  user: option(text("UID:GID"), {
    group: "Image",
    help: "who runs the server; any other may be given at start",
    default: "65532:65532",
  }),
  port: option(PORT, {
    group: "Image",
    short: "p",
    help: "port that the server listens on unless the container is told another",
    default: "8080",
  }),
  env: option(listOf(PAIR), { group: "Image", help: "a variable for the server, such as MLSERVE_WORKERS=2" }),
  label: option(listOf(PAIR), { group: "Image", help: "a label for the image, beside those of the model" }),
} as const;

/** What only those have that build with an engine. */
export const BUILD_OPTIONS = {
  tag: option(listOf(text("NAME:TAG")), { group: "Image", short: "t", help: "a name for the image" }),
  engine: option(choice(["docker", "podman", "buildah"], "ENGINE"), {
    group: "Image",
    help: "docker, podman or buildah; unset: the first of them that is installed",
  }),
  context: option(FILE, {
    group: "Image",
    help: "a folder to write the build context to, and to keep it; without --tag nothing is built",
  }),
  maxSize: option(SIZE, { group: "Image", help: "fail when the image is larger; unset: any size" }),
} as const;

/** What a manifest says of a deployment. */
export const MANIFEST_DETAILS = {
  target: option(choice(["kubernetes", "compose"], "TARGET"), {
    group: "Deployment",
    help: "what the file is for: kubernetes or compose",
    default: "kubernetes",
  }),
  image: option(text("NAME:TAG"), { group: "Deployment", help: "the image that holds the model" }),
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the file to write; unset: standard output",
  }),
  name: option(text("NAME"), { group: "Deployment", help: "what to call it; unset: by the model's name" }),
  replicas: option(integer("COUNT", 1, 1000), {
    group: "Deployment",
    help: "containers that serve the model",
    default: "1",
  }),
  cpus: option(integer("COUNT", 1, 1024), {
    group: "Deployment",
    help: "processors that a container is granted",
    default: "1",
  }),
  memory: option(SIZE, {
    group: "Deployment",
    help: "memory that a container is granted; unset: by the size of the model's files",
  }),
} as const;
