import { describe, expect, it } from "vitest";
import type { Deployment } from "../../../src/images/manifests/deployment.js";
import { kubernetesManifest } from "../../../src/images/manifests/kubernetes.js";

const DEPLOYMENT: Deployment = {
  name: "iris",
  image: "registry.example/iris:1",
  port: 8080,
  user: "65532:65532",
  replicas: 2,
  cpus: 2,
  memoryBytes: 512 * 1024 ** 2,
  drainDelayMs: 5000,
  graceMs: 20_000,
  env: { A: "$(B) $C" },
};

/** As much of the spec of the pods as is looked at. */
interface Pod {
  readonly terminationGracePeriodSeconds: number;
  readonly securityContext: object;
  readonly containers: readonly { readonly env: unknown; readonly resources: { readonly limits: object } }[];
}

function podOf(changes: Partial<Deployment>): Pod {
  const [deployment] = kubernetesManifest({ ...DEPLOYMENT, ...changes });
  return (deployment as { spec: { template: { spec: Pod } } }).spec.template.spec;
}

describe("the manifest for Kubernetes", () => {
  it.each([
    { drainDelayMs: 5000, graceMs: 20_000, seconds: 30 },
    { drainDelayMs: 0, graceMs: 0, seconds: 5 },
    { drainDelayMs: 250, graceMs: 60_000, seconds: 66 },
  ])("gives the server longer than $drainDelayMs + $graceMs ms to end", ({ seconds, ...times }) => {
    expect(podOf(times).terminationGracePeriodSeconds).toBe(seconds);
  });

  it.each([
    { user: "65532:65532", context: { runAsNonRoot: true, runAsUser: 65532, runAsGroup: 65532 } },
    { user: "1000", context: { runAsNonRoot: true, runAsUser: 1000 } },
    { user: "node", context: { runAsNonRoot: true } },
    { user: "0", context: { runAsNonRoot: false, runAsUser: 0 } },
  ])("runs as $user", ({ user, context }) => {
    expect(podOf({ user }).securityContext).toEqual({ ...context, seccompProfile: { type: "RuntimeDefault" } });
  });

  it("says to the server what it says of it", () => {
    expect(podOf({ port: 9000, graceMs: 1500 }).containers[0]?.env).toEqual([
      { name: "MLSERVE_PORT", value: "9000" },
      { name: "MLSERVE_DRAIN_DELAY", value: "5s" },
      { name: "MLSERVE_SHUTDOWN_GRACE", value: "1500ms" },
      { name: "A", value: "$$(B) $C" },
    ]);
  });

  it("asks for what it limits", () => {
    const granted = { cpu: "2", memory: "512Mi" };
    expect(podOf({}).containers[0]?.resources).toEqual({ requests: granted, limits: granted });
    expect(podOf({ memoryBytes: 1e9 }).containers[0]?.resources.limits).toMatchObject({
      memory: "1000000000",
    });
  });
});
