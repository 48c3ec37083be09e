import { HEALTH_COMMAND, HEALTH_TIMES } from "../image-config.js";
import { type Deployment, serverVariables, stopSeconds, toMebibytes } from "./deployment.js";

/** A file for `docker compose up`. */
export function composeManifest(deployment: Deployment): object {
  const { name, image, port, user, replicas, cpus, memoryBytes } = deployment;
  const { intervalSeconds, timeoutSeconds, startSeconds, retries } = HEALTH_TIMES;
  const service = {
    image,
    user,
    // With several containers, each takes a port that is free.
    ports: [replicas === 1 ? `${port}:${port}` : String(port)],
    environment: escapeVariables(serverVariables(deployment)),
    healthcheck: {
      test: ["CMD", ...HEALTH_COMMAND],
      interval: `${intervalSeconds}s`,
      timeout: `${timeoutSeconds}s`,
      start_period: `${startSeconds}s`,
      retries,
    },
    stop_grace_period: `${stopSeconds(deployment)}s`,
    restart: "unless-stopped",
    read_only: true,
    cap_drop: ["ALL"],
    security_opt: ["no-new-privileges:true"],
    deploy: {
      replicas,
      resources: { limits: { cpus: String(cpus), memory: toMebibytes(memoryBytes, "m") } },
    },
  };
  return { services: { [name]: service } };
}

/** Compose puts variables of its own in the place of `$NAME`. */
function escapeVariables(variables: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value.replaceAll("$", "$$$$")]));
}
