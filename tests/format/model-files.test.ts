import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { sha256Of } from "../../src/format/checksums.js";
import { createModelFiles } from "../../src/format/model-files.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

function write(content: string): { name: string; path: string; bytes: number } {
  const path = join(folder.path, "w");
  writeFileSync(path, content);
  return { name: "a/w", path, bytes: content.length };
}

describe("createModelFiles", () => {
  it("gives what lies under a name", async () => {
    const files = createModelFiles([write("abc"), { name: "MLmodel", path: "x", bytes: 1 }]);
    expect(files.names).toEqual(["MLmodel", "a/w"]);
    expect({ has: files.has("a/w"), size: files.size("a/w"), path: files.path("a/w") }).toEqual({
      has: true,
      size: 3,
      path: join(folder.path, "w"),
    });
    expect(Buffer.from(await files.read("a/w")).toString()).toBe("abc");
  });

  it.each(["w", "../w", "a/../a/w", "/etc/passwd", "__proto__"])("knows no other name: %s", async (name) => {
    const files = createModelFiles([write("abc")]);
    const refused = expect.objectContaining({
      kind: "invalid_package",
      message: expect.stringContaining("not among the model's files"),
    });
    expect(files.has(name)).toBe(false);
    expect(() => files.path(name)).toThrow(refused);
    expect(() => files.size(name)).toThrow(refused);
    await expect(files.read(name)).rejects.toThrow(refused);
  });

  it("checks what it reads once more where there are checksums", async () => {
    const files = createModelFiles([write("abc")], new Map([["a/w", sha256Of("abc")]]));
    expect(Buffer.from(await files.read("a/w")).toString()).toBe("abc");
    write("abd");
    await expect(files.read("a/w")).rejects.toThrow(expect.objectContaining({ kind: "checksum_mismatch" }));
  });

  it.each(["abcd", "ab"])("refuses a file that has another size by now: %s", async (content) => {
    const files = createModelFiles([write("abc")]);
    write(content);
    await expect(files.read("a/w")).rejects.toThrow(expect.objectContaining({ kind: "file_system" }));
  });
});
