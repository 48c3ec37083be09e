import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { digestOf } from "../../src/images/oci/digest.js";

/**
 * A registry for faults that no real one makes to order; what real ones do is tested with a real one, in tests/docker.
 */
export interface FaultyRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT`. */
  readonly host: string;
  /** Method and path of every request, in order. */
  readonly requests: readonly string[];
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { type: string; content: Buffer }>;
}

/** Looks at a request first: true when it has dealt with it. */
export type Fault = (request: IncomingMessage, response: ServerResponse, times: number) => boolean;

export async function startRegistry(fault: Fault = () => false): Promise<FaultyRegistry> {
  const store = { blobs: new Map<string, Buffer>(), manifests: new Map(), uploads: new Map<string, Buffer>() };
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const line = `${request.method} ${request.url}`;
    requests.push(line);
    const kind = `${request.method} ${new URL(request.url ?? "", "http://x").pathname.replace(/[0-9a-f-]{36}$/, "ID")}`;
    const times = requests.filter((each) => each.startsWith(request.method ?? "") && samePath(each, kind)).length;
    if (fault(request, response, times)) return;
    void answer(request, response, store);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    host: `127.0.0.1:${port}`,
    requests,
    blobs: store.blobs,
    manifests: store.manifests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function samePath(line: string, kind: string): boolean {
  const [method = "", url = ""] = line.split(" ");
  return `${method} ${new URL(url, "http://x").pathname.replace(/[0-9a-f-]{36}$/, "ID")}` === kind;
}

interface Store {
  readonly blobs: Map<string, Buffer>;
  readonly manifests: Map<string, { type: string; content: Buffer }>;
  readonly uploads: Map<string, Buffer>;
}

async function answer(request: IncomingMessage, response: ServerResponse, store: Store): Promise<void> {
  const url = new URL(request.url ?? "", "http://registry");
  const [, repository = "", kind = "", rest = ""] = /^\/v2\/(.+)\/(manifests|blobs)\/(.*)$/.exec(url.pathname) ?? [];
  if (rest.startsWith("uploads/")) return upload(request, response, store, { url, repository, id: rest.slice(8) });
  if (kind === "blobs") return sendBlob(request, response, store.blobs.get(rest));
  const body = request.method === "PUT" ? await read(request) : undefined;
  if (body !== undefined) {
    const entry = { type: request.headers["content-type"] ?? "", content: body };
    store.manifests.set(rest, entry).set(digestOf(body), entry);
    response.writeHead(201).end();
    return;
  }
  const found = store.manifests.get(rest);
  if (found === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN"}]}');
  else response.writeHead(200, { "content-type": found.type }).end(found.content);
}

function sendBlob({ method, headers }: IncomingMessage, response: ServerResponse, blob: Buffer | undefined): void {
  if (blob === undefined) {
    response.writeHead(404).end();
    return;
  }
  const start = Number(/^bytes=(\d+)-$/.exec(headers.range ?? "")?.[1] ?? 0);
  response.writeHead(start === 0 ? 200 : 206, { "content-length": blob.length - start });
  response.end(method === "HEAD" ? undefined : blob.subarray(start));
}

async function upload(
  request: IncomingMessage,
  response: ServerResponse,
  { uploads, blobs }: Store,
  { url, repository, id }: { url: URL; repository: string; id: string },
): Promise<void> {
  const key = id === "" ? randomUUID() : id;
  const before = uploads.get(key) ?? Buffer.alloc(0);
  const location = `/v2/${repository}/blobs/uploads/${key}`;
  if (id !== "" && !uploads.has(key)) {
    response.writeHead(404).end();
    return;
  }
  const whole = request.method === "GET" ? before : Buffer.concat([before, await read(request)]);
  uploads.set(key, whole);
  if (request.method === "PUT") {
    const digest = url.searchParams.get("digest") ?? "";
    const good = digestOf(whole) === digest;
    if (good) blobs.set(digest, whole);
    response.writeHead(good ? 201 : 400).end();
    return;
  }
  const range = { range: `0-${Math.max(0, whole.length - 1)}` };
  response.writeHead(request.method === "GET" ? 204 : 202, { location, ...range }).end();
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of request) parts.push(chunk);
  return Buffer.concat(parts);
}
