import { expect, it } from "vitest";
import { isPatchedNode } from "../../src/core/patched-node.js";

it.each([
  ["20.20.2", true],
  ["20.20.1", false],
  ["20.19.9", false],
  ["20.21.0", true],
  ["21.9.0", false],
  ["22.22.2", true],
  ["22.22.1", false],
  ["23.11.1", false],
  ["24.14.1", true],
  ["24.2.0", false],
  ["25.8.1", false],
  ["25.8.2", true],
  ["26.0.0", true],
  ["27.1.0-nightly2026", true],
])("Node %s is patched: %s", (version, expected) => {
  expect(isPatchedNode(version)).toBe(expected);
});
