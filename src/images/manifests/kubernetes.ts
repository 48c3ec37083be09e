import { type Deployment, HEALTH_PATHS, serverVariables, stopSeconds, toMebibytes } from "./deployment.js";

/** A Deployment and a Service, as documents of one file. */
export function kubernetesManifest(deployment: Deployment): readonly object[] {
  const { name, port } = deployment;
  const labels = { "app.kubernetes.io/name": name, "app.kubernetes.io/managed-by": "mlserve" };
  const selector = { "app.kubernetes.io/name": name };
  const template = { metadata: { labels }, spec: podSpec(deployment) };
  return [
    {
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { name, labels },
      spec: {
        replicas: deployment.replicas,
        // A new pod is ready before an old one is told to end.
        strategy: { type: "RollingUpdate", rollingUpdate: { maxUnavailable: 0, maxSurge: 1 } },
        selector: { matchLabels: selector },
        template,
      },
    },
    {
      apiVersion: "v1",
      kind: "Service",
      metadata: { name, labels },
      spec: { selector, ports: [{ name: "http", port, targetPort: "http" }] },
    },
  ];
}

function podSpec(deployment: Deployment): object {
  const { name, image, port } = deployment;
  return {
    // The server asks nothing of the cluster, and needs no addresses of other services in its variables.
    automountServiceAccountToken: false,
    enableServiceLinks: false,
    terminationGracePeriodSeconds: stopSeconds(deployment),
    securityContext: { ...userContext(deployment.user), seccompProfile: { type: "RuntimeDefault" } },
    containers: [
      {
        name,
        image,
        ports: [{ name: "http", containerPort: port }],
        env: Object.entries(serverVariables(deployment)).map(([key, value]) => ({
          name: key,
          value: escapeVariable(value),
        })),
        resources: resources(deployment),
        securityContext: {
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ["ALL"] },
        },
        ...PROBES,
      },
    ],
  };
}

/** Kubernetes puts variables in the place of `$(NAME)`. */
function escapeVariable(value: string): string {
  return value.replaceAll("$(", "$$$$(");
}

const ready = { httpGet: { path: HEALTH_PATHS.ready, port: "http" } } as const;
const live = { httpGet: { path: HEALTH_PATHS.live, port: "http" } } as const;

/** A model may load for five minutes; a server that is alive and busy is not restarted. */
const PROBES = {
  startupProbe: { ...ready, periodSeconds: 1, timeoutSeconds: 5, failureThreshold: 300 },
  readinessProbe: { ...ready, periodSeconds: 5, timeoutSeconds: 5, failureThreshold: 2 },
  livenessProbe: { ...live, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 3 },
} as const;

/** What is asked for is what is granted: a server that is given less at the worst moment answers late. */
function resources({ cpus, memoryBytes }: Deployment): object {
  const granted = { cpu: String(cpus), memory: toMebibytes(memoryBytes, "Mi") };
  return { requests: granted, limits: granted };
}

/** Kubernetes only believes a number that it is not root. */
function userContext(user: string): object {
  const [uid = "", gid] = user.split(":");
  if (!/^\d+$/.test(uid)) return { runAsNonRoot: true };
  const group = gid !== undefined && /^\d+$/.test(gid) ? { runAsGroup: Number(gid) } : {};
  return { runAsNonRoot: Number(uid) !== 0, runAsUser: Number(uid), ...group };
}
