import { afterEach, describe, expect, it } from "vitest";
import { watchIntrinsics } from "../../src/workers/intrinsics.js";

let undo = (): void => {};
afterEach(() => undo());

function change(holder: object, key: string, value: unknown): void {
  const before = Object.getOwnPropertyDescriptor(holder, key);
  undo = () => {
    if (before === undefined) Reflect.deleteProperty(holder, key);
    else Object.defineProperty(holder, key, before);
  };
  Object.defineProperty(holder, key, { value, configurable: true, writable: true });
}

describe("watchIntrinsics", () => {
  it("finds nothing while nothing is changed", () => {
    expect(watchIntrinsics()()).toBeUndefined();
  });

  it.each([
    { name: "JSON.parse", holder: JSON, key: "parse" },
    { name: "Array.prototype.at", holder: Array.prototype, key: "at" },
    { name: "Object.prototype", holder: Object.prototype, key: "polluted" },
  ])("names $name when it is changed", ({ name, holder, key }) => {
    const findChange = watchIntrinsics();
    change(holder, key, () => {});
    const found = findChange();
    undo();
    expect(found).toBe(name);
  });

  it("lets a new function of a built-in object pass", () => {
    const findChange = watchIntrinsics();
    change(Array.prototype, "polyfilled", () => {});
    const found = findChange();
    undo();
    expect(found).toBeUndefined();
  });
});
