import { describe, expect, it } from "vitest";
import { isHostName, toHostName, usualMemory } from "../../../src/images/manifests/deployment.js";

describe("the name of a deployment", () => {
  it.each([
    ["iris", "iris"],
    ["House Prices_v2", "house-prices-v2"],
    ["3d-model", "d-model"],
    ["Événements", "evenements"],
    ["模型", "model"],
    ["a".repeat(80), "a".repeat(63)],
    [`${"a".repeat(62)}-b`, "a".repeat(62)],
  ])("of the model %j is %j", (name, host) => {
    expect(toHostName(name)).toBe(host);
    expect(isHostName(host)).toBe(true);
  });

  it.each(["", "Iris", "-a", "a-", "1a", "a.b", "a".repeat(64)])("is not %j", (name) => {
    expect(isHostName(name)).toBe(false);
  });
});

describe("the memory that is usual", () => {
  const MIB = 1024 ** 2;
  it.each([
    [0, 256],
    [1, 320],
    [100 * MIB, 576],
  ])("for a model of %i bytes is %i MiB", (bytes, mebibytes) => {
    expect(usualMemory(bytes)).toBe(mebibytes * MIB);
  });
});
