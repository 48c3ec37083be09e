import { option } from "./option.js";
import { FILE, SWITCH } from "./value-types.js";

/** How registries are spoken to. */
export const REGISTRY_OPTIONS = {
  insecure: option(SWITCH, {
    group: "Registry",
    help: "speak HTTP to the registry; to this machine that is done anyway",
    default: "false",
  }),
} as const;

/** Where a model of a registry goes. */
export const PULL_OPTIONS = {
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the package to write; .tar.gz compresses it; unset: the last part of the name with .tar",
  }),
} as const;
