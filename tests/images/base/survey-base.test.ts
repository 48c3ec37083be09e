import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkBase, nodeCommand } from "../../../src/images/base/check-base.js";
import { chooseImage } from "../../../src/images/base/choose-image.js";
import { openBase } from "../../../src/images/base/open-base.js";
import { surveyBase } from "../../../src/images/base/survey-base.js";
import type { BaseImage } from "../../../src/images/oci/compose-image.js";
import { toBlob } from "../../../src/images/oci/image-blob.js";
import { type BaseOptions, GLIBC_NODE, writeBaseLayout } from "../../support/base-layout.js";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "mlserve-survey-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function baseOf(options: BaseOptions): Promise<BaseImage> {
  await writeBaseLayout(folder, options);
  const location = { kind: "oci", path: folder, name: undefined } as const;
  return chooseImage(await openBase(location, { environment: {} }), "linux/amd64");
}

const ALPINE_NODE = [["lib/apk/db/installed", "lib/ld-musl-x86_64.so.1"], ["usr/local/bin/node"]];
const UNREADABLE = { open: () => toBlob("", Buffer.from("nobody may look in here")).open() };

describe("a survey of a base", () => {
  it.each([
    { name: "Debian with Node", options: {}, facts: { libc: "glibc", node: "/usr/local/bin/node" } },
    { name: "compressed layers", options: { gzip: true }, facts: { libc: "glibc", node: "/usr/local/bin/node" } },
    { name: "Alpine", options: { layers: ALPINE_NODE }, facts: { libc: "musl", node: undefined } },
    {
      name: "Alpine with a loader for glibc",
      options: { layers: [["etc/alpine-release", "lib/ld-linux-x86-64.so.2"]] },
      facts: { libc: "musl", node: undefined },
    },
    {
      name: "Debian with musl beside it",
      options: { layers: [...GLIBC_NODE, ["lib/ld-musl-x86_64.so.1"]] },
      facts: { libc: "glibc", node: "/usr/local/bin/node" },
    },
    {
      name: "distroless",
      options: { layers: [["lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"], ["nodejs/bin/node"]] },
      facts: { libc: "glibc", node: "/nodejs/bin/node" },
    },
    { name: "no Node", options: { layers: [GLIBC_NODE[0] ?? []] }, facts: { libc: "glibc", node: undefined } },
    { name: "no layers", options: { layers: [] }, facts: { libc: undefined, node: undefined } },
  ])("finds what there is: $name", async ({ options, facts }) => {
    expect(await surveyBase(await baseOf(options), "base")).toEqual(facts);
  });

  it.each([
    {
      name: "the official image",
      options: {
        env: ["NODE_VERSION=22.1.0"],
        history: [{ created_by: "# debian.sh --arch 'amd64' out/ 'bookworm'" }],
      },
      facts: { libc: "glibc", node: "/usr/local/bin/node" },
    },
    {
      name: "one of Alpine",
      options: { history: [{ created_by: "ADD alpine-minirootfs-3.20.0-x86_64.tar.gz / # buildkit" }] },
      facts: { libc: "musl", node: undefined },
    },
  ])("reads no layer of what says it itself: $name", async ({ options, facts }) => {
    const base = await baseOf(options);
    const sealed = { ...base, layers: base.layers.map(({ descriptor }) => ({ descriptor, ...UNREADABLE })) };
    expect(await surveyBase(sealed, "base")).toEqual(facts);
  });

  it("refuses a layer that is no tar", async () => {
    const base = await baseOf({});
    const damaged = { ...base, layers: base.layers.map(({ descriptor }) => ({ descriptor, ...UNREADABLE })) };
    await expect(surveyBase(damaged, "base")).rejects.toMatchObject({ kind: "invalid_image", where: "base" });
  });
});

describe("a base that was looked at", () => {
  it.each([
    { name: "musl", facts: { libc: "musl", node: "/usr/local/bin/node" }, env: [], said: "is built on musl" },
    { name: "no Node", facts: { libc: "glibc", node: undefined }, env: [], said: "has no Node in it" },
    {
      name: "old Node",
      facts: { libc: "glibc", node: "/usr/local/bin/node" },
      env: ["NODE_VERSION=20.18.1"],
      said: "its Node is too old",
    },
  ] as const)("is refused: $name", async ({ facts, env, said }) => {
    const { config } = await baseOf({ env });
    expect(() => checkBase(facts, config, "node:x")).toThrow(
      expect.objectContaining({ kind: "invalid_image", where: "node:x", reason: expect.stringContaining(said) }),
    );
  });

  it("calls Node by its place where PATH does not lead to it", async () => {
    const { config } = await baseOf({ env: ["PATH=/usr/local/bin:/bin"] });
    expect(nodeCommand("/usr/local/bin/node", config)).toBe("node");
    expect(nodeCommand("/nodejs/bin/node", config)).toBe("/nodejs/bin/node");
    expect(nodeCommand("/usr/bin/node", (await baseOf({ env: [] })).config)).toBe("node");
  });
});
