import { once } from "node:events";
import { createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(() => {
  terminal = openTerminal();
});
afterAll(() => terminal[Symbol.dispose]());

describe("mlserve doctor", () => {
  it("finds this machine fit, and leaves nothing behind", async () => {
    const { code, stdout, stderr, left } = await terminal.run(["doctor", "--port", "0", "--json"]);
    expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
    const { fit, findings } = JSON.parse(stdout);
    expect(fit).toBe(true);
    expect(findings).toContainEqual({ name: "node", state: "ok", found: process.versions.node });
    expect(findings).toContainEqual({ name: "port 0", state: "ok", found: "free" });
    expect(findings.map(({ name }: { name: string }) => name)).toContain("onnxruntime-node");
  });

  it("warns of a port that is in use, and says what to do", async () => {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const { code, stdout } = await terminal.run(["doctor", "--port", String(port)]);
    server.close();
    expect(code).toBe(0);
    expect(stdout).toMatch(new RegExp(`warning +port ${port} +in use\n +Choose another with --port`));
  });
});
