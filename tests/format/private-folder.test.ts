import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { makePrivateFolder, removePrivateFolder, sweepPrivateFolders } from "../../src/format/private-folder.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

/** The number of a process that has ended. */
const deadProcess = (): number => spawnSync(process.execPath, ["-e", ""]).pid;

/** The name that a process of this machine would have given. */
const nameOf = (pid: number, rest = "abcdef"): string =>
  basename(makePrivateFolder(folder.path)).replace(/-\d+-(\d+|x)-\w+$/, `-${pid}-$1-${rest}`);

describe("private folders", () => {
  it("are for their owner only", () => {
    const made = makePrivateFolder(folder.path);
    expect(statSync(made).isDirectory()).toBe(true);
    expect(process.platform === "win32" ? 0 : statSync(made).mode & 0o077).toBe(0);
  });

  it("are removed with all that is in them, once or twice", () => {
    const made = makePrivateFolder(folder.path);
    mkdirSync(join(made, "a/b"), { recursive: true });
    writeFileSync(join(made, "a/b/c"), "x");
    removePrivateFolder(made);
    removePrivateFolder(made);
    expect(existsSync(made)).toBe(false);
  });

  it("are swept when their process is dead, and nothing else is", () => {
    const dead = nameOf(deadProcess());
    const mine = nameOf(process.pid, "mine");
    const elsewhere = dead.replace(/^mlserve-.{8}/, "mlserve-00000000");
    const linked = nameOf(deadProcess(), "linked");
    for (const name of [dead, mine, elsewhere, "mlserve-x", "other"])
      mkdirSync(join(folder.path, name), { recursive: true });
    writeFileSync(join(folder.path, dead, "weights"), "x");
    writeFileSync(join(folder.path, "other", "precious"), "x");
    symlinkSync(join(folder.path, "other"), join(folder.path, linked));
    sweepPrivateFolders(folder.path);
    const left = readdirSync(folder.path);
    expect(left).not.toContain(dead);
    expect(left).toEqual(expect.arrayContaining([mine, elsewhere, linked, "mlserve-x", "other"]));
    expect(existsSync(join(folder.path, "other", "precious"))).toBe(true);
  });

  it.runIf(process.platform === "linux")("are swept when another process has the number of theirs", () => {
    const mine = basename(makePrivateFolder(folder.path));
    const before = mine.replace(/-\d+-(\w+)$/, "-1-$1");
    mkdirSync(join(folder.path, before));
    sweepPrivateFolders(folder.path);
    expect(readdirSync(folder.path)).toEqual([mine]);
  });

  it.runIf(process.platform === "linux")("are swept when nobody has asked how their process ended", async () => {
    // The shell becomes a program that asks nothing.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
    try {
      const [line] = await once(parent.stdout, "data");
      const pid = Number(String(line));
      await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, "utf8")).toMatch(/\) Z /));
      mkdirSync(join(folder.path, nameOf(pid, "zombie")));
      sweepPrivateFolders(folder.path);
      expect(readdirSync(folder.path).join()).not.toContain("zombie");
    } finally {
      parent.kill("SIGKILL");
    }
  });

  it("are asked for elsewhere when they cannot be made", () => {
    expect(() => makePrivateFolder(join(folder.path, "nowhere"))).toThrow(
      expect.objectContaining({ kind: "file_system", message: expect.stringContaining("TMPDIR") }),
    );
    expect(() => sweepPrivateFolders(join(folder.path, "nowhere"))).not.toThrow();
  });
});
