import { availableParallelism } from "node:os";
import { describe, expect, it } from "vitest";
import { grantedCores } from "../../src/workers/cores.js";

const V2 = "/sys/fs/cgroup";
const V1 = "/sys/fs/cgroup/cpu/cpu.cfs";
const ALL = availableParallelism();

const CASES: readonly { name: string; files: Readonly<Record<string, string>>; cores: number }[] = [
  { name: "no control groups", files: {}, cores: ALL },
  { name: "version 2 without a limit", files: { [`${V2}/cpu.max`]: "max 100000\n" }, cores: ALL },
  { name: "version 2 with one core", files: { [`${V2}/cpu.max`]: "100000 100000\n" }, cores: 1 },
  { name: "less than a core", files: { [`${V2}/cpu.max`]: "20000 100000\n" }, cores: 1 },
  { name: "a core and a half", files: { [`${V2}/cpu.max`]: "150000 100000\n" }, cores: 1 },
  { name: "more than the machine has", files: { [`${V2}/cpu.max`]: "99900000 100000\n" }, cores: ALL },
  {
    name: "the limit of the own group",
    files: { "/proc/self/cgroup": "0::/a/b\n", [`${V2}/a/b/cpu.max`]: "100000 100000\n" },
    cores: 1,
  },
  {
    name: "the limit of a group around it",
    files: {
      "/proc/self/cgroup": "0::/a/b\n",
      [`${V2}/a/cpu.max`]: "100000 100000\n",
      [`${V2}/a/b/cpu.max`]: "max 100000\n",
    },
    cores: 1,
  },
  {
    name: "version 1 with one core",
    files: { [`${V1}_quota_us`]: "100000\n", [`${V1}_period_us`]: "100000\n" },
    cores: 1,
  },
  {
    name: "version 1 with a limit of the own group",
    files: {
      "/proc/self/cgroup": "4:memory:/m\n2:cpu,cpuacct:/a/b\n0::/\n",
      [`${V2}/cpu/a/b/cpu.cfs_quota_us`]: "100000\n",
      [`${V2}/cpu/a/b/cpu.cfs_period_us`]: "100000\n",
      [`${V1}_quota_us`]: "-1\n",
      [`${V1}_period_us`]: "100000\n",
    },
    cores: 1,
  },
  {
    name: "version 1 without a limit",
    files: { [`${V1}_quota_us`]: "-1\n", [`${V1}_period_us`]: "100000\n" },
    cores: ALL,
  },
  { name: "a file that says something else", files: { [`${V2}/cpu.max`]: "much\n" }, cores: ALL },
];

describe("grantedCores", () => {
  it.each(CASES)("keeps to $name", ({ files, cores }) => {
    expect(grantedCores((path) => files[path])).toBe(cores);
  });

  it("gives at least one of this machine", () => {
    expect(grantedCores()).toBeGreaterThanOrEqual(1);
  });
});
