import type { Logger } from "../../core/logger.js";
import type { Connections, HttpServer } from "./connections.js";

export interface DrainOptions {
  /** Takes no new connections; `done` is called when none is left. */
  stop(done: () => void): void;
  /** How long new connections are still taken, for those who send requests to hear that this server is not ready. */
  readonly delayMs: number;
  /** How long requests that are being answered get from then on, before they are cut. */
  readonly graceMs: number;
  readonly logger: Logger;
  /** Ends those connections without a request that are not Node's. */
  cutIdle(): void;
}

/** How long connections without a request are kept: what was sent at the last moment may not have come yet. */
const QUIET_MS = 500;

/** Takes no new connections, finishes what has begun, and cuts what is left at the end of the grace. */
export async function drain(server: HttpServer, connections: Connections, options: DrainOptions): Promise<void> {
  const { stop, delayMs, graceMs, logger, cutIdle } = options;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  await new Promise<void>((resolve) => {
    const cut = setTimeout(() => {
      logger.warn({ graceMs }, "requests were still being answered when the grace period ended");
      connections.cutAll();
    }, graceMs);
    const quiet = setTimeout(
      () => {
        connections.cutSilent();
        cutIdle();
        server.closeIdleConnections();
      },
      Math.min(QUIET_MS, graceMs),
    );
    stop(() => {
      clearTimeout(cut);
      clearTimeout(quiet);
      resolve();
    });
  });
}
