import { once } from "node:events";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { listCandidates, listModelFolder } from "../../src/format/list-folder.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

function write(...names: string[]): void {
  for (const name of names) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true });
    writeFileSync(join(folder.path, name), name);
  }
}

const list = async (): Promise<string[]> =>
  (await listModelFolder(join(folder.path, "m"))).map(({ name }) => name).sort();
const candidates = async (): Promise<string[]> =>
  (await listCandidates(join(folder.path, "m"))).map(({ name }) => name);

describe("listModelFolder", () => {
  it("finds every file with its size, but what tools leave", async () => {
    write("m/MLmodel", "m/a/b", "m/.hidden", "m/.git/HEAD", "m/code/__pycache__/x.pyc", "m/.DS_Store", "m/a/.DS_Store");
    expect(await list()).toEqual([".hidden", "MLmodel", "a/b"]);
    expect((await listModelFolder(join(folder.path, "m"))).map(({ bytes }) => bytes)).toEqual([9, 9, 5]);
  });

  it("passes over the file that it is told to", async () => {
    write("m/MLmodel", "m/m.tar");
    expect(await listModelFolder(join(folder.path, "m"), join(folder.path, "m", "m.tar"))).toMatchObject([
      { name: "MLmodel" },
    ]);
  });

  it("follows a link to a file of the folder, and one to the folder itself", async () => {
    write("m/MLmodel");
    symlinkSync("MLmodel", join(folder.path, "m", "link"));
    symlinkSync("m", join(folder.path, "alias"));
    expect(await list()).toEqual(["MLmodel", "link"]);
    expect(await listModelFolder(join(folder.path, "alias"))).toHaveLength(2);
  });

  it.each([
    { name: "a link out of the folder", target: "../secret", reason: "is a link out of the model's folder" },
    { name: "a link to a file whose folder's name only starts alike", target: "../mm/x", reason: "is a link out" },
    { name: "a link to a folder", target: "a", reason: "neither a regular file" },
    { name: "a link to nothing", target: "nothing", reason: "no such file" },
    { name: "a link in a circle", target: "link", reason: "circle" },
  ])("refuses $name by name", async ({ target, reason }) => {
    write("m/MLmodel", "m/a/b", "secret", "mm/x");
    symlinkSync(target, join(folder.path, "m", "link"));
    await expect(list()).rejects.toThrow(
      expect.objectContaining({ message: expect.stringMatching(new RegExp(`^file "link": .*${reason}`)) }),
    );
  });

  it.runIf(process.platform !== "win32")("refuses a socket", async () => {
    write("m/MLmodel");
    const server = createServer().listen(join(folder.path, "m", "socket"));
    await once(server, "listening");
    await expect(list()).rejects.toThrow('file "socket": is neither a regular file');
    server.close();
  });

  it.runIf(process.platform === "linux")("refuses names that could not stand in a package", async () => {
    write("m/a", "m/A");
    await expect(list()).rejects.toThrow(expect.objectContaining({ kind: "invalid_package" }));
  });
});

describe("listCandidates", () => {
  it("passes over what could not be in a package, nearest files first", async () => {
    write("m/z.onnx", "m/a/weights", "secret", "m/.git/x");
    symlinkSync("../secret", join(folder.path, "m", "b"));
    symlinkSync("nothing", join(folder.path, "m", "c"));
    if (process.platform === "linux") write("m/nul", "m/x:y");
    expect(await candidates()).toEqual(["z.onnx", "a/weights"]);
  });
});
