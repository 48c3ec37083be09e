import { describe, expect, it } from "vitest";
import { parseBaseLocation } from "../../../src/images/base/base-location.js";

describe("the place of a base", () => {
  it.each([
    { text: "node:22", place: { kind: "registry", reference: { repository: "library/node", tag: "22" } } },
    { text: "docker://ghcr.io/a/b:1", place: { kind: "registry", reference: { registry: "ghcr.io", tag: "1" } } },
    { text: "localhost:5000/oci:1", place: { kind: "registry", reference: { registry: "localhost:5000" } } },
    { text: "oci:some/folder", place: { kind: "oci", path: "some/folder", name: undefined } },
    { text: "oci:/abs/folder:node:22", place: { kind: "oci", path: "/abs/folder", name: "node:22" } },
    { text: "oci:C:\\folder:22", place: { kind: "oci", path: "C:\\folder", name: "22" } },
    { text: "oci-archive:a.tar:22", place: { kind: "oci-archive", path: "a.tar", name: "22" } },
    { text: "docker-archive:a.tar:node:22", place: { kind: "docker-archive", path: "a.tar", name: "node:22" } },
  ])("is read from $text", ({ text, place }) => {
    expect(parseBaseLocation(text, "--base-image")).toMatchObject(place);
  });

  it.each([
    { text: "docker-daemon:node:22", said: 'images cannot be read from "docker-daemon"' },
    { text: "containers-storage:node", said: "docker save" },
    { text: "oci:", said: "expected a path" },
    { text: "docker://Node", said: "lower case" },
  ])("is refused in $text", ({ text, said }) => {
    expect(() => parseBaseLocation(text, "--base-image")).toThrow(
      expect.objectContaining({ kind: "usage", message: expect.stringContaining(said) }),
    );
  });
});
