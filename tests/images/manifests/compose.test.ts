import { describe, expect, it } from "vitest";
import { composeManifest } from "../../../src/images/manifests/compose.js";

const DEPLOYMENT = {
  name: "iris",
  image: "iris:1",
  port: 8080,
  user: "65532:65532",
  replicas: 1,
  cpus: 1,
  memoryBytes: 320 * 1024 ** 2,
  drainDelayMs: 5000,
  graceMs: 20_000,
  env: { A: "$B" },
};

describe("the manifest for Compose", () => {
  it("gives the server longer to end than it takes", () => {
    expect(composeManifest(DEPLOYMENT)).toMatchObject({ services: { iris: { stop_grace_period: "30s" } } });
  });

  it("keeps Compose from putting variables of its own in the place of texts", () => {
    expect(composeManifest(DEPLOYMENT)).toMatchObject({ services: { iris: { environment: { A: "$$B" } } } });
  });

  it.each([
    { replicas: 1, ports: ["8080:8080"] },
    { replicas: 2, ports: ["8080"] },
  ])("publishes a port for each of $replicas containers", ({ replicas, ports }) => {
    expect(composeManifest({ ...DEPLOYMENT, replicas })).toMatchObject({ services: { iris: { ports } } });
  });
});
