import { option } from "./option.js";
import { SWITCH } from "./value-types.js";

/** How registries are spoken to. */
export const REGISTRY_OPTIONS = {
  insecure: option(SWITCH, {
    group: "Registry",
    help: "speak HTTP to the registry; to this machine that is done anyway",
    default: "false",
  }),
} as const;
