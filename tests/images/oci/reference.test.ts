import { describe, expect, it } from "vitest";
import { formatReference, parseReference, shortReference } from "../../../src/images/oci/reference.js";

const DIGEST = `sha256:${"a".repeat(64)}`;

describe("a reference", () => {
  it.each([
    { text: "node", full: "docker.io/library/node:latest", short: "node:latest" },
    { text: "node:22-slim", full: "docker.io/library/node:22-slim", short: "node:22-slim" },
    { text: "team/iris", full: "docker.io/team/iris:latest", short: "team/iris:latest" },
    { text: "index.docker.io/library/node:1", full: "docker.io/library/node:1", short: "node:1" },
    { text: "localhost/iris:1", full: "localhost/iris:1", short: "localhost/iris:1" },
    { text: "127.0.0.1:5000/a/b/c", full: "127.0.0.1:5000/a/b/c:latest", short: "127.0.0.1:5000/a/b/c:latest" },
    { text: "[::1]:5000/iris:1", full: "[::1]:5000/iris:1", short: "[::1]:5000/iris:1" },
    { text: `ghcr.io/a/b@${DIGEST}`, full: `ghcr.io/a/b@${DIGEST}`, short: `ghcr.io/a/b@${DIGEST}` },
    { text: `ghcr.io/a/b:1@${DIGEST}`, full: `ghcr.io/a/b:1@${DIGEST}`, short: `ghcr.io/a/b:1@${DIGEST}` },
    { text: "ghcr.io/a__b/c-_d", full: undefined, short: "" },
    { text: "ghcr.io/a__b/c--d.e", full: "ghcr.io/a__b/c--d.e:latest", short: "ghcr.io/a__b/c--d.e:latest" },
  ])("reads $text", ({ text, full, short }) => {
    if (full === undefined) {
      expect(() => parseReference(text, "--push")).toThrow("--push");
      return;
    }
    const reference = parseReference(text, "--push");
    expect(formatReference(reference)).toBe(full);
    expect(shortReference(reference)).toBe(short);
  });

  it.each([
    { text: "", said: "names consist of" },
    { text: "ghcr.io/", said: "names consist of" },
    { text: "ghcr.io/Iris:1", said: "names of images are in lower case" },
    { text: "ghcr.io/iris:", said: "a tag is" },
    { text: "ghcr.io/iris:-1", said: "a tag is" },
    { text: `ghcr.io/iris:${"1".repeat(129)}`, said: "a tag is" },
    { text: "ghcr.io/iris@sha256:1", said: "expected sha256:" },
    { text: "ghcr.io/../iris", said: "names consist of" },
    { text: "ghcr.io/a//b", said: "names consist of" },
    { text: "gh cr.io/a", said: "the name of its registry" },
    { text: "https://ghcr.io/a", said: "the name of its registry" },
    { text: `ghcr.io/${"a/".repeat(200)}b`, said: "names consist of" },
  ])("refuses $text", ({ text, said }) => {
    expect(() => parseReference(text, "--push")).toThrow(
      expect.objectContaining({ kind: "usage", where: "--push", reason: expect.stringContaining(said) }),
    );
  });
});
