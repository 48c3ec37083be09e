import { readFileSync } from "node:fs";
import { createServer, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { openTerminal, type Terminal } from "./terminal.js";

const TLS = join(import.meta.dirname, "..", "fixtures", "tls");

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
});
afterAll(() => terminal[Symbol.dispose]());

/** A server's port; it ends with the test. */
async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const answering =
  (status: number): RequestListener =>
  ({ url }, response) =>
    response.writeHead(url === "/health/ready" ? status : 404).end();

describe("mlserve health", () => {
  it("ends with 0 when the server is ready", async () => {
    const port = await listen(createServer(answering(200)));
    expect(await terminal.run(["health", "--port", String(port)])).toMatchObject({
      code: 0,
      stdout: `ready at http://127.0.0.1:${port}\n`,
    });
  });

  it("ends with 1 when it is not", async () => {
    const port = await listen(createServer(answering(503)));
    expect(await terminal.run(["health", `http://127.0.0.1:${port}/any`])).toMatchObject({
      code: 1,
      stderr: `mlserve: error: http://127.0.0.1:${port}: the server answers 503: it is not ready\n`,
    });
  });

  it("does not wait for long", async () => {
    const port = await listen(createServer(() => {}));
    expect(await terminal.run(["health", "--port", String(port), "--timeout", "50ms"])).toMatchObject({
      code: 1,
      stderr: `mlserve: error: http://127.0.0.1:${port}: no answer within 50 ms\n`,
    });
  });

  it("asks a server with a certificate, whatever name that is for", async () => {
    const [cert, key] = ["first.crt", "first.key"].map((name) => readFileSync(join(TLS, name)));
    const port = await listen(createTlsServer({ cert, key }, answering(200)) as unknown as Server);
    const environment = { MLSERVE_TLS_CERT: "any.crt", MLSERVE_HOST: "0.0.0.0", PORT: String(port) };
    expect(await terminal.run(["health"], { environment })).toMatchObject({
      code: 0,
      stdout: `ready at https://127.0.0.1:${port}\n`,
    });
  });

  it("uses a name that the server answers to", async () => {
    const port = await listen(
      createServer(({ headers }, response) => response.writeHead(headers.host === "iris.example" ? 200 : 403).end()),
    );
    const hosts = ["--allowed-hosts", "iris.example", "--allowed-hosts", "other"];
    expect(await terminal.run(["health", "--port", String(port), ...hosts])).toMatchObject({ code: 0 });
  });
});
