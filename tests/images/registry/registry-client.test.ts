import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { digestOf } from "../../../src/images/oci/digest.js";
import { readAll, toBlob } from "../../../src/images/oci/image-blob.js";
import { registryBlob } from "../../../src/images/registry/fetch-blob.js";
import { type OpenRegistryOptions, openRegistry } from "../../../src/images/registry/registry-client.js";
import { openRegistryImage } from "../../../src/images/registry/registry-image.js";
import { uploadBlob } from "../../../src/images/registry/upload-blob.js";
import { type Fault, type FaultyRegistry, startRegistry } from "../../support/registry-server.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-faults-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const CONTENT = randomBytes(100_000);
const DIGEST = digestOf(CONTENT);
const DESCRIPTOR = { mediaType: "x", digest: DIGEST, size: CONTENT.length };
const CHUNK = { chunkBytes: 30_000 };

const clientOf = ({ host }: FaultyRegistry, more: Partial<OpenRegistryOptions> = {}) =>
  openRegistry({
    registry: host,
    repository: "team/iris",
    actions: "pull,push",
    environment: { DOCKER_CONFIG: folder },
    retry: { tries: 4, delayMs: 1 },
    ...more,
  });

const methods = ({ requests }: FaultyRegistry, method: string): number =>
  requests.filter((line) => line.startsWith(`${method} `)).length;

describe("an upload", () => {
  it("goes in chunks, and is not made again of what is there", async () => {
    await using registry = await startRegistry();
    const client = clientOf(registry);
    expect(await uploadBlob(client, toBlob("x", CONTENT), CHUNK)).toBe("sent");
    expect(registry.blobs.get(DIGEST)?.equals(CONTENT)).toBe(true);
    expect(methods(registry, "PATCH")).toBe(4);
    expect(await uploadBlob(client, toBlob("x", CONTENT), CHUNK)).toBe("present");
    expect(methods(registry, "POST")).toBe(1);
  });

  it("of a small blob is one request", async () => {
    await using registry = await startRegistry();
    await uploadBlob(clientOf(registry), toBlob("x", CONTENT));
    expect([methods(registry, "PATCH"), methods(registry, "PUT")]).toEqual([0, 1]);
  });

  it.each<{ name: string; fault: Fault; patches: number; posts: number }>([
    {
      name: "a connection that breaks before a chunk goes on with that chunk",
      fault: (request, response, times) => breakOff(request.method === "PATCH" && times === 2, response),
      patches: 5,
      posts: 1,
    },
    {
      name: "a registry that is busy is asked again",
      fault: (request, response, times) => answer(request.method === "PATCH" && times === 3, response, 503),
      patches: 5,
      posts: 1,
    },
    {
      name: "one that asks for patience gets it",
      fault: (request, response, times) => answer(request.method === "POST" && times < 3, response, 429),
      patches: 4,
      posts: 3,
    },
    {
      name: "one that forgot the upload gets it anew",
      fault: (request, response, times) =>
        answer(request.method === "PATCH" && times === 2, response, 500) ||
        answer(request.method === "GET", response, 404),
      patches: 6,
      posts: 2,
    },
    {
      name: "one that forgot the upload and says so gets it anew",
      fault: (request, response, times) =>
        answer(request.method === "PATCH" && times === 2, response, 404) ||
        answer(request.method === "GET", response, 404),
      patches: 6,
      posts: 2,
    },
    {
      name: "one that lost a chunk gets it again",
      fault: (request, response, times) => answer(request.method === "PATCH" && times === 2, response, 416),
      patches: 5,
      posts: 1,
    },
  ])("$name", async ({ fault, patches, posts }) => {
    await using registry = await startRegistry(fault);
    await uploadBlob(clientOf(registry), toBlob("x", CONTENT), CHUNK);
    expect(registry.blobs.get(DIGEST)?.equals(CONTENT)).toBe(true);
    expect([methods(registry, "PATCH"), methods(registry, "POST")]).toEqual([patches, posts]);
  });

  it("is given up when nothing helps, with the status of the registry", async () => {
    await using registry = await startRegistry((request, response) =>
      answer(request.method === "PATCH", response, 502),
    );
    await expect(uploadBlob(clientOf(registry), toBlob("x", CONTENT), CHUNK)).rejects.toMatchObject({
      kind: "registry_failed",
      where: `${registry.host}/team/iris`,
      reason: "the registry answered with status 502",
    });
    expect(methods(registry, "PATCH")).toBe(4);
  });

  it("is not tried again where it is forbidden", async () => {
    await using registry = await startRegistry((request, response) => {
      if (request.method !== "POST") return false;
      response.writeHead(403).end('{"errors":[{"code":"DENIED","message":"secret"}]}');
      return true;
    });
    await expect(uploadBlob(clientOf(registry), toBlob("x", CONTENT))).rejects.toMatchObject({
      reason: "refuses who asks (status 403, DENIED)",
      hint: `Log in with: docker login ${registry.host}`,
    });
    expect(methods(registry, "POST")).toBe(1);
  });

  it("waits no longer than a person would", async () => {
    await using registry = await startRegistry((_request, response) => {
      response.writeHead(429, { "retry-after": "3600" }).end();
      return true;
    });
    await expect(uploadBlob(clientOf(registry), toBlob("x", CONTENT))).rejects.toMatchObject({
      reason: "has been asked too often (status 429)",
    });
    expect(registry.requests).toHaveLength(1);
  });
});

describe("a registry", () => {
  it("that is not there is not waited for", async () => {
    const registry = await startRegistry();
    await registry[Symbol.asyncDispose]();
    const client = clientOf(registry, { retry: { tries: 1000, delayMs: 60_000 } });
    await expect(client.request({ method: "GET", path: "manifests/1" })).rejects.toMatchObject({
      kind: "registry_failed",
      reason: "the registry cannot be reached: nobody answers there",
    });
  });
});

describe("a blob", () => {
  it("goes on where the connection broke", async () => {
    await using registry = await startRegistry((request, response, times) => {
      if (request.method !== "GET" || times > 2) return false;
      const start = Number(/\d+/.exec(request.headers.range ?? "0")?.[0]);
      response.writeHead(start === 0 ? 200 : 206, { "content-length": CONTENT.length - start });
      response.write(CONTENT.subarray(start, start + 40_000), () => response.destroy());
      return true;
    });
    registry.blobs.set(DIGEST, CONTENT);
    const content = await readAll(registryBlob(clientOf(registry), DESCRIPTOR).open());
    expect(CONTENT.equals(content)).toBe(true);
    expect(methods(registry, "GET")).toBe(3);
  });

  it.each<{ name: string; content: Buffer }>([
    { name: "other bytes", content: Buffer.alloc(CONTENT.length) },
    { name: "more bytes", content: Buffer.concat([CONTENT, CONTENT]) },
  ])("is refused: $name", async ({ content }) => {
    await using registry = await startRegistry();
    registry.blobs.set(DIGEST, content);
    await expect(readAll(registryBlob(clientOf(registry), DESCRIPTOR).open())).rejects.toMatchObject({
      kind: "checksum_mismatch",
    });
  });

  it("that never comes whole is given up", async () => {
    await using registry = await startRegistry((request, response) => {
      if (request.method !== "GET") return false;
      response.writeHead(200, { "content-length": CONTENT.length }).flushHeaders();
      response.destroy();
      return true;
    });
    await expect(readAll(registryBlob(clientOf(registry), DESCRIPTOR).open())).rejects.toMatchObject({
      kind: "registry_failed",
      reason: expect.stringContaining("the connection broke"),
    });
    expect(methods(registry, "GET")).toBe(4);
  });

  it("of a registry that knows no ranges is read from its start", async () => {
    await using registry = await startRegistry((request, response) => {
      if (request.method !== "GET") return false;
      response.writeHead(200).end(CONTENT);
      return true;
    });
    const rest = await readAll(registryBlob(clientOf(registry), DESCRIPTOR).open(99_000));
    expect(CONTENT.subarray(99_000).equals(rest)).toBe(true);
  });
});

describe("a manifest", () => {
  it.each([
    { name: "by its tag", tag: "1", digest: undefined },
    { name: "by its digest", tag: undefined, digest: digestOf(Buffer.from("what it was")) },
  ])("that was changed is refused: $name", async ({ tag, digest }) => {
    await using registry = await startRegistry((_request, response) => {
      response.writeHead(200, { "docker-content-digest": digestOf(Buffer.from("what it was")) }).end("{}");
      return true;
    });
    const reference = { registry: registry.host, repository: "team/iris", tag, digest };
    await expect(openRegistryImage(clientOf(registry), reference)).rejects.toMatchObject({ kind: "checksum_mismatch" });
  });
});

describe("a token", () => {
  /** A place that gives tokens, and what it was asked. */
  async function startRealm(): Promise<AsyncDisposable & { url: string; asked: string[] }> {
    const asked: string[] = [];
    const server = createServer(async (request, response) => {
      let body = "";
      for await (const chunk of request) body += chunk;
      asked.push(`${request.method} ${request.url} ${request.headers.authorization ?? ""} ${body}`);
      response.end(JSON.stringify({ token: `t${asked.length}` }));
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return {
      url: `http://127.0.0.1:${port}/token`,
      asked,
      async [Symbol.asyncDispose]() {
        await new Promise((resolve) => server.close(resolve));
      },
    };
  }

  const challenged =
    (realm: string, isGood: (token: string) => boolean): Fault =>
    (request, response) => {
      if (isGood(request.headers.authorization ?? "")) return false;
      const header = `Bearer realm="${realm}",service="test",scope="repository:team/iris:pull"`;
      response.writeHead(401, { "www-authenticate": header }).end();
      return true;
    };

  function login(host: string, entry: object): void {
    writeFileSync(join(folder, "config.json"), JSON.stringify({ auths: { [host]: entry } }));
  }

  it("is asked for once, with the password and every scope", async () => {
    await using realm = await startRealm();
    await using registry = await startRegistry(challenged(realm.url, (token) => token === "Bearer t1"));
    login(registry.host, { auth: Buffer.from("user:pass").toString("base64") });
    await uploadBlob(clientOf(registry, { alsoPull: ["other"] }), toBlob("x", CONTENT), CHUNK);
    const scopes = "scope=repository%3Ateam%2Firis%3Apull%2Cpush&scope=repository%3Aother%3Apull";
    expect(realm.asked).toEqual([`GET /token?service=test&${scopes} Basic dXNlcjpwYXNz `]);
  });

  it("is asked for again when it is over", async () => {
    await using realm = await startRealm();
    let patches = 0;
    const fault = challenged(realm.url, (token) => token === `Bearer t${patches > 1 ? 2 : 1}`);
    await using registry = await startRegistry((request, response, times) => {
      if (request.method === "PATCH") patches++;
      return fault(request, response, times);
    });
    await uploadBlob(clientOf(registry), toBlob("x", CONTENT), CHUNK);
    expect(realm.asked).toHaveLength(2);
    expect(registry.blobs.get(DIGEST)?.equals(CONTENT)).toBe(true);
  });

  it("is given for one that stands for name and password", async () => {
    await using realm = await startRealm();
    await using registry = await startRegistry(challenged(realm.url, (token) => token === "Bearer t1"));
    login(registry.host, { identitytoken: "refresh me" });
    await uploadBlob(clientOf(registry), toBlob("x", CONTENT));
    expect(realm.asked[0]).toMatch(/^POST \/token {2}.*grant_type=refresh_token.*refresh_token=refresh\+me/);
  });

  it("is not asked for where passwords would go unprotected", async () => {
    await using registry = await startRegistry(challenged("ftp://example/token", () => false));
    await expect(uploadBlob(clientOf(registry), toBlob("x", CONTENT))).rejects.toMatchObject({
      reason: "gives its tokens at a place that is not protected",
    });
  });

  it("that does not help ends in one error", async () => {
    await using realm = await startRealm();
    await using registry = await startRegistry(challenged(realm.url, () => false));
    await expect(uploadBlob(clientOf(registry), toBlob("x", CONTENT))).rejects.toMatchObject({
      kind: "registry_failed",
      reason: "refuses who asks (status 401)",
    });
    expect(realm.asked).toHaveLength(1);
  });
});

function answer(when: boolean, response: Parameters<Fault>[1], status: number): boolean {
  if (when) response.writeHead(status, { "retry-after": "0" }).end();
  return when;
}

function breakOff(when: boolean, response: Parameters<Fault>[1]): boolean {
  if (when) response.destroy();
  return when;
}
