import { option } from "./option.js";
import { choice, choices, FILE, integer, listOf, PAIR, PORT, SIZE, text } from "./value-types.js";

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

const maxSize = option(SIZE, { group: "Image", help: "fail when the image is larger; unset: any size" });

/** What is pulled goes there. */
export const PULL_OPTIONS = {
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the package to write; .tar.gz compresses it; unset: the last part of the name with .tar",
  }),
};

/** How a model is sent to a registry. */
export const PUSH_OPTIONS = {
  format: option(choice(["modelpack", "modelcar"], "FORMAT"), {
    group: "Registry",
    help: "modelpack: the artifact of the CNCF; modelcar: an image with the files in /models, for KServe",
    default: "modelpack",
  }),
  baseImage: option(text("IMAGE"), {
    group: "Image",
    help: "what to build a modelcar on, such as busybox; unset: nothing",
  }),
  platform: option(listOf(choices(["linux/amd64", "linux/arm64"], "PLATFORMS")), {
    group: "Image",
    help: "platforms of a modelcar: linux/amd64, linux/arm64; unset: both",
  }),
} as const;

/** What those have that write an image without an engine. */
export const WRITE_IMAGE_OPTIONS = {
  ...IMAGE_OPTIONS,
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the .tar to write: an OCI image layout that docker load reads too",
  }),
  push: option(text("REFERENCE"), {
    group: "Registry",
    help: "where to send the image: REGISTRY/NAME:TAG",
  }),
  platform: option(listOf(choices(["linux/amd64", "linux/arm64"], "PLATFORMS")), {
    group: "Image",
    help: "linux/amd64, linux/arm64, or both in one index; unset: the processor of this machine",
  }),
  baseImage: option(text("IMAGE"), {
    group: "Image",
    help: "the image to build on, with node and glibc: a name, oci:DIR:REF or docker-archive:FILE",
    default: "node:22-bookworm-slim",
  }),
  tag: option(text("NAME:TAG"), {
    group: "Image",
    short: "t",
    help: "the name that the image gets where its file is loaded; unset: by --push, or by the model's name",
  }),
  maxSize,
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
  maxSize,
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
