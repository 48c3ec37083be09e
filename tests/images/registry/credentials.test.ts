import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCredentials } from "../../../src/images/registry/credentials.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-credentials-"));
  // A real helper: what it is asked comes on standard input.
  const helper = `#!/bin/sh
read registry
case "$registry" in
  helped.example) echo '{"ServerURL":"x","Username":"hannah","Secret":"from helper"}' ;;
  token.example) echo '{"Username":"<token>","Secret":"refresh"}' ;;
  garbled.example) echo 'no JSON' ;;
  *) echo "credentials not found in native keychain"; exit 1 ;;
esac
`;
  writeFileSync(join(folder, "docker-credential-test"), helper);
  chmodSync(join(folder, "docker-credential-test"), 0o755);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const base64 = (text: string): string => Buffer.from(text).toString("base64");

function find(config: unknown, registry: string): ReturnType<typeof findCredentials> {
  writeFileSync(join(folder, "config.json"), typeof config === "string" ? config : JSON.stringify(config));
  const PATH = `${folder}${delimiter}${process.env.PATH}`;
  return findCredentials(registry, { DOCKER_CONFIG: folder, PATH });
}

const AUTHS = {
  "plain.example:5000": { auth: base64("user:pa:ss w\u00f6rd") },
  "https://old.example/v1/": { auth: base64("old:pass\0\0") },
  "https://index.docker.io/v1/": { auth: base64("hub:pass") },
  "azure.example": { auth: base64("00000000:"), identitytoken: "refresh" },
  "apart.example": { username: "u", password: "p" },
  "empty.example": {},
};

describe("credentials of a registry", () => {
  it.each([
    { registry: "plain.example:5000", found: { kind: "password", username: "user", password: "pa:ss w\u00f6rd" } },
    { registry: "old.example", found: { kind: "password", username: "old", password: "pass" } },
    { registry: "docker.io", found: { kind: "password", username: "hub", password: "pass" } },
    { registry: "azure.example", found: { kind: "identity", token: "refresh" } },
    { registry: "apart.example", found: { kind: "password", username: "u", password: "p" } },
    { registry: "empty.example", found: undefined },
    { registry: "plain.example", found: undefined },
  ])("are what docker login wrote for $registry", async ({ registry, found }) => {
    expect(await find({ auths: AUTHS }, registry)).toEqual(found);
  });

  it.each([
    { registry: "helped.example", found: { kind: "password", username: "hannah", password: "from helper" } },
    { registry: "token.example", found: { kind: "identity", token: "refresh" } },
    { registry: "unknown.example", found: undefined },
  ])("are what a helper says of $registry", async ({ registry, found }) => {
    expect(await find({ credsStore: "test" }, registry)).toEqual(found);
    expect(await find({ credHelpers: { [registry]: "test" } }, registry)).toEqual(found);
  });

  it("are those of the file where the helper has none", async () => {
    const config = { credsStore: "test", auths: AUTHS };
    expect(await find(config, "apart.example")).toMatchObject({ username: "u" });
  });

  it.each([
    { name: "a helper that is missing", config: { credsStore: "nowhere" }, said: "cannot be run" },
    { name: "a helper with no name", config: { credsStore: "../evil" }, said: "is no name of a helper" },
    { name: "a helper that is not understood", config: { credsStore: "test" }, said: "its answer is not understood" },
    { name: "no JSON", config: "{", said: "is not as docker login writes it" },
    { name: "other JSON", config: { auths: [] }, said: "is not as docker login writes it" },
    {
      name: "half an entry",
      config: { auths: { "garbled.example": { auth: "eA==" } } },
      said: "is not as docker login",
    },
  ])("are refused: $name", async ({ config, said }) => {
    await expect(find(config, "garbled.example")).rejects.toThrow(said);
  });

  it("are none without a file", async () => {
    expect(await findCredentials("plain.example", { DOCKER_CONFIG: join(folder, "none") })).toBeUndefined();
    expect(await findCredentials("plain.example", { HOME: join(folder, "none") })).toBeUndefined();
  });
});
