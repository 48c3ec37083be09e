import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const FOLDERS_OF_THEIR_OWN = [
  "tests/install/**",
  "tests/clone/**",
  "tests/interop/**",
  "tests/docker/**",
  "tests/big/**",
  "tests/fuzz/**",
  "tests/pages/**",
  "tests/reference/**",
];

const ENTRIES = fileURLToPath(new URL("./dist/chunks/entries.js", import.meta.url));

/** `vitest run --mode NAME`; without a mode, everything that needs only Node. See scripts/suites.mjs. */
const SUITES = {
  test: { include: ["tests/**/*.test.ts"], exclude: FOLDERS_OF_THEIR_OWN, testTimeout: 30_000, hookTimeout: 60_000 },
  install: {
    include: ["tests/install/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 300_000,
    hookTimeout: 600_000,
  },
  interop: {
    include: ["tests/interop/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
  docker: {
    include: ["tests/docker/**/*.test.ts"],
    fileParallelism: false,
    testTimeout: 120_000,
    hookTimeout: 300_000,
  },
  pages: { include: ["tests/pages/**/*.test.ts"], testTimeout: 60_000, hookTimeout: 60_000 },
  reference: { include: ["tests/reference/**/*.test.ts"], testTimeout: 120_000 },
  // No limit of time but its own.
  fuzz: { include: ["tests/fuzz/**/*.test.ts"], testTimeout: 0, hookTimeout: 60_000, disableConsoleIntercept: true },
  big: { include: ["tests/big/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 300_000 },
  clone: { include: ["tests/clone/**/*.test.ts"], testTimeout: 300_000, hookTimeout: 600_000 },
};

export default defineConfig(({ mode }) => {
  const suite = Object.entries(SUITES).find(([name]) => name === mode)?.[1];
  if (suite === undefined)
    throw new Error(`no suite for the mode ${mode}: expected one of ${Object.keys(SUITES).join(", ")}`);
  return {
    // Most tests wait for processes of their own: all processors, not one less.
    test: { maxWorkers: availableParallelism(), ...suite },
    // Processes of plain Node run what was built: workers, what packs for a server, and the server of `mlserve bench`.
    resolve: {
      alias: [
        { find: /^.*\/workers\/entry\.js$|^\.\/entry\.js$/, replacement: ENTRIES },
        { find: /^.*\/main-entry\.js$/, replacement: ENTRIES },
        { find: /^.*\/(packing|serving)-entry\.js$/, replacement: ENTRIES },
      ],
    },
  };
});
