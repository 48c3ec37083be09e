import { once } from "node:events";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { TLSSocket } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createApp } from "../../../src/serve/app.js";
import { createMetrics } from "../../../src/serve/metrics.js";
import { type RunningServer, startServer } from "../../../src/serve/server.js";
import { rawClient } from "../../support/raw-client.js";
import { sumModel } from "../../support/sum-model.js";

const FIXTURES = join(import.meta.dirname, "../../fixtures/tls");
let folder: string;
let running: RunningServer | undefined;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-tls-"));
  install("first");
});

afterEach(async () => {
  await running?.close();
  rmSync(folder, { recursive: true, force: true });
});

function install(name: "first" | "second", parts: readonly string[] = ["crt", "key"]): void {
  for (const part of parts) copyFileSync(join(FIXTURES, `${name}.${part}`), join(folder, `server.${part}`));
}

async function start(): Promise<RunningServer> {
  running = await startServer({
    app: createApp({ current: sumModel() }, { metrics: createMetrics() }),
    host: "127.0.0.1",
    port: 0,
    graceMs: 0,
    tls: { cert: join(folder, "server.crt"), key: join(folder, "server.key") },
  });
  return running;
}

/** The answer, and the fingerprint of the certificate that it came with. */
async function ping({ port }: RunningServer): Promise<{ body: string; fingerprint: string }> {
  const outgoing = request({ port, host: "127.0.0.1", path: "/ping", rejectUnauthorized: false, agent: false }).end();
  const [incoming] = await once(outgoing, "response");
  const { fingerprint256 } = (incoming.socket as TLSSocket).getPeerCertificate();
  return { body: await text(incoming), fingerprint: fingerprint256 };
}

describe("a server with a certificate", () => {
  it("answers over HTTPS, and takes new files without a restart", async () => {
    const server = await start();
    expect(server.url).toMatch(/^https:/);
    const { body, fingerprint } = await ping(server);
    expect(body).toBe('{"status":"ok"}');
    install("second");
    await expect.poll(async () => (await ping(server)).fingerprint, { timeout: 10_000 }).not.toBe(fingerprint);
  });

  it("does not answer what comes without TLS", async () => {
    const client = await rawClient((await start()).port);
    client.send("GET /ping HTTP/1.1\r\nHost: x\r\n\r\n");
    await client.closed;
    await expect(client.next()).rejects.toThrow("ended");
  });

  it("does not start with a key of another certificate", async () => {
    install("second", ["key"]);
    await expect(start()).rejects.toMatchObject({ kind: "usage", where: "--tls-cert, --tls-key" });
  });

  it("does not start without the files", async () => {
    rmSync(join(folder, "server.key"));
    await expect(start()).rejects.toMatchObject({ kind: "usage", where: "--tls-key" });
  });
});
