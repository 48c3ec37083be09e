import { option } from "./option.js";
import { REGISTRY_OPTIONS } from "./registry-options.js";
import { FILE, listOf, SWITCH } from "./value-types.js";

/** What a model has to be before it is used: options of every command that opens one. */
export const CHECK_OPTIONS = {
  requireChecksums: option(SWITCH, { group: "Model", help: "refuse a model without SHA256SUMS", default: "false" }),
  trust: option(listOf(FILE), {
    group: "Model",
    help: "refuse a model that none of these public keys has signed: mlserve sign",
  }),
  ...REGISTRY_OPTIONS,
} as const;

/** Of `mlserve sign`. */
export const SIGNING_OPTIONS = {
  key: option(FILE, { group: "Model", help: "the private key to sign with, in PEM: mlserve keygen makes one" }),
  output: option(FILE, {
    group: "Input and output",
    short: "o",
    help: "the signed package to write; unset: in the place of the one that is signed",
  }),
} as const;
