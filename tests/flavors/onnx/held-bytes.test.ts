import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { holdFile, holdParts } from "../../../src/flavors/onnx/held-bytes.js";
import { failureOf, withFolder } from "../../support/onnx-folder.js";

describe("holdFile", () => {
  it.each([
    ["some bytes", Uint8Array.of(1, 2, 3)],
    ["no bytes", new Uint8Array()],
  ])("reads a file of %s and gives them back", async (_, bytes) => {
    await withFolder({ "a.bin": bytes }, async (folder) => {
      const held = await holdFile(join(folder, "a.bin"), "a.bin");
      expect([...held.bytes]).toEqual([...bytes]);
      held.release();
      held.release();
      expect(held.bytes.length).toBe(0);
    });
  });

  it("is not touched by what becomes of the file", async () => {
    await withFolder({ "a.bin": Uint8Array.of(1, 2) }, async (folder) => {
      const held = await holdFile(join(folder, "a.bin"), "a.bin");
      await writeFile(join(folder, "a.bin"), "");
      expect([...held.bytes]).toEqual([1, 2]);
    });
  });

  it("names the file that cannot be read, not its path", async () => {
    await withFolder({}, async (folder) => {
      const error = await failureOf(holdFile(join(folder, "gone.bin"), "gone.bin"));
      expect([error.kind, error.message]).toEqual(["file_system", '"gone.bin": the file cannot be read']);
    });
  });
});

describe("holdParts", () => {
  it("puts parts into one piece", () => {
    expect([...holdParts([Uint8Array.of(1), new Uint8Array(), Uint8Array.of(2, 3)], "x").bytes]).toEqual([1, 2, 3]);
  });
});
