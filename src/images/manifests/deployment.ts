/** What is to be deployed, whatever reads the file. */
export interface Deployment {
  /** A name for a host: lower-case letters, digits and dashes, at most 63. */
  readonly name: string;
  readonly image: string;
  readonly port: number;
  /** `1000`, `1000:1000`, or names. */
  readonly user: string;
  readonly replicas: number;
  readonly cpus: number;
  readonly memoryBytes: number;
  /** Time that the server goes on taking requests after it is told to end. */
  readonly drainDelayMs: number;
  /** Time that it then gives to requests that have begun. */
  readonly graceMs: number;
  readonly env: Readonly<Record<string, string>>;
}

const MIB = 1024 ** 2;

/** For workers and what they have in hand when requests and the end of the server come together. */
const MARGIN_MS = 5000;

/** Where the server tells of itself. */
export const HEALTH_PATHS = { live: "/health/live", ready: "/health/ready" } as const;

/** Seconds until the server may be killed: longer than it takes to end by itself. */
export function stopSeconds({ drainDelayMs, graceMs }: Pick<Deployment, "drainDelayMs" | "graceMs">): number {
  return Math.ceil((drainDelayMs + graceMs + MARGIN_MS) / 1000);
}

/** Variables that make the server do what the manifest says of it. */
export function serverVariables({ port, drainDelayMs, graceMs, env }: Deployment): Readonly<Record<string, string>> {
  return {
    MLSERVE_PORT: String(port),
    MLSERVE_DRAIN_DELAY: toDuration(drainDelayMs),
    MLSERVE_SHUTDOWN_GRACE: toDuration(graceMs),
    ...env,
  };
}

/** As options are written: `5s`, `250ms`. */
function toDuration(milliseconds: number): string {
  return milliseconds % 1000 === 0 ? `${milliseconds / 1000}s` : `${milliseconds}ms`;
}

/** Enough for Node, a runtime and a model of this size, whose runtime makes copies of its weights while it loads. */
export function usualMemory(modelBytes: number): number {
  return Math.ceil((256 * MIB + 3 * modelBytes) / (64 * MIB)) * 64 * MIB;
}

/** `536870912` -> `512Mi`, or bytes where they are no whole mebibytes. */
export function toMebibytes(bytes: number, unit: string): string {
  return bytes % MIB === 0 ? `${bytes / MIB}${unit}` : String(bytes);
}

/** A model's name as that of a host; `model` where nothing of it could be one. */
export function toHostName(name: string): string {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-");
  const cut = plain
    .replace(/^[^a-z]+/, "")
    .slice(0, 63)
    .replace(/-+$/, "");
  return cut === "" ? "model" : cut;
}

/** Is it the name of a host, as Kubernetes wants one for a service? */
export function isHostName(name: string): boolean {
  return /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/.test(name);
}
