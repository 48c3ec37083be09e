import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { treeCpuMicros } from "../../../cli/bench/process-cpu.js";

const BUSY = "const end = process.cpuUsage().user + 200_000; while (process.cpuUsage().user < end);";
/** Starts a busy child, and tells when that is done. */
const PARENT = `
  const child = require("node:child_process").spawn(process.execPath, ["-e", ${JSON.stringify(`${BUSY} console.log("done"); setInterval(() => {}, 1000)`)}]);
  child.stdout.once("data", () => console.log("done"));
  process.stdin.once("end", () => { child.kill(); process.exit(); }).resume();
`;

describe.runIf(existsSync("/proc/self/stat"))("treeCpuMicros", () => {
  it("counts what a process had others do", async () => {
    const parent = spawn(process.execPath, ["-e", PARENT], { stdio: ["pipe", "pipe", "inherit"] });
    await once(parent.stdout, "data");
    expect(treeCpuMicros(parent.pid ?? 0)).toBeGreaterThanOrEqual(190_000);
    parent.stdin.end();
    await once(parent, "exit");
  });

  it("knows nothing of a process that is gone", async () => {
    const child = spawn(process.execPath, ["-e", ""]);
    await once(child, "exit");
    expect(treeCpuMicros(child.pid ?? 0)).toBeUndefined();
  });
});
