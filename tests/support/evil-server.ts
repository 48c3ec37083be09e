import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Logger } from "../../src/core/logger.js";
import { loadFlavorModule } from "../../src/flavors/load-flavor-module.js";
import { createFlavorRegistry } from "../../src/flavors/registry.js";
import { createApp } from "../../src/serve/app.js";
import { type LoadModelOptions, loadModel } from "../../src/serve/load.js";
import { createMetrics, type Metrics } from "../../src/serve/metrics.js";
import type { ServedModel } from "../../src/serve/served-model.js";
import { startServer } from "../../src/serve/server.js";

const MODULE = pathToFileURL(join(import.meta.dirname, "../fixtures/flavors/evil.mjs")).href;

export interface EvilOptions extends Partial<LoadModelOptions> {
  /** The block of the flavor in the MLmodel file. */
  readonly block?: Readonly<Record<string, unknown>>;
  readonly timeoutMs?: number;
}

export interface Answered {
  readonly status: number;
  readonly body: unknown;
}

/** A server whose model goes wrong in the way that a request asks for, in worker processes. */
export interface EvilServer extends AsyncDisposable {
  readonly model: ServedModel;
  readonly url: string;
  readonly metrics: Metrics;
  readonly lines: readonly LogLine[];
  /** What the model answers to `{ do: act, ... }`. */
  ask(act: string, details?: object, init?: RequestInit): Promise<Answered>;
  ping(): Promise<number>;
}

export interface LogLine {
  readonly level: keyof Logger;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly message: string | undefined;
}

export async function startEvilServer({ block = {}, timeoutMs, ...options }: EvilOptions = {}): Promise<EvilServer> {
  const folder = mkdtempSync(join(tmpdir(), "mlserve-evil-"));
  writeFileSync(join(folder, "MLmodel"), `flavors:\n  evil: ${JSON.stringify(block)}\n`);
  const lines: LogLine[] = [];
  const metrics = createMetrics();
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  const model = await loadModel(folder, {
    flavors: createFlavorRegistry(await loadFlavorModule(MODULE)),
    isolation: "process",
    workers: 1,
    metrics,
    logger: createRecorder(lines),
    ...options,
  }).catch((error) => {
    remove();
    throw error;
  });
  const app = createApp({ current: model }, { metrics, ...(timeoutMs === undefined ? {} : { timeoutMs }) });
  const server = await startServer({ app, host: "127.0.0.1", port: 0 });
  return {
    model,
    url: server.url,
    metrics,
    lines,
    ask: (act, details = {}, init = {}) => ask(server.url, { do: act, ...details }, init),
    ping: async () => (await fetch(`${server.url}/ping`)).status,
    async [Symbol.asyncDispose]() {
      await model[Symbol.asyncDispose]();
      await server.close();
      remove();
    },
  };
}

async function ask(url: string, inputs: object, init: RequestInit): Promise<Answered> {
  const response = await fetch(`${url}/invocations`, {
    method: "POST",
    body: JSON.stringify({ inputs }),
    ...init,
    headers: { "content-type": "application/json", ...init.headers },
  });
  return { status: response.status, body: await response.json() };
}

function createRecorder(lines: LogLine[]): Logger {
  const at = (level: keyof Logger) => (fields: object, message?: string) => {
    lines.push({ level, fields: { ...fields }, message });
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}
