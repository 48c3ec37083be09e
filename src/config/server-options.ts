import { option } from "./option.js";
import { DURATION, PORT, text } from "./value-types.js";

/** Where a server listens. */
export const host = option(text("ADDRESS"), {
  group: "Server",
  help: "address to listen on; 0.0.0.0 for every network",
  default: "127.0.0.1",
});
export const port = option(PORT, {
  group: "Server",
  short: "p",
  help: "port to listen on; 0 takes a free one",
  default: "8080",
  // SageMaker, Vertex AI, and what Cloud Run, Knative and most others say.
  otherVariables: ["SAGEMAKER_BIND_TO_PORT", "AIP_HTTP_PORT", "PORT"],
});

/** Where a container is told to leave, others take a moment to hear of it, so that the default is not always none. */
export function drainDelay(preset: string) {
  return option(DURATION, {
    group: "Server",
    help: "time to go on taking requests at shutdown, while /health says no",
    default: preset,
  });
}

export const shutdownGrace = option(DURATION, {
  group: "Server",
  help: "time that running requests get to finish at shutdown",
  default: "20s",
});
