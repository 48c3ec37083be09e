import { WORDS } from "./entries.js";

/*
 * The program of `dist/runtime.mjs`: mlserve in one file, for images. It is also the program of the processes that it
 * starts, which the first word tells: docs/decisions/015-bundled-runtime.md.
 */

const BESIDES: Readonly<Record<string, () => Promise<unknown>>> = {
  [WORDS.worker]: () => import("../src/workers/worker.js"),
  [WORDS.packing]: () => import("../cli/watch/packing.js"),
  [WORDS.serving]: () => import("../cli/processes/serving-program.js"),
};

const [node = "", file = "", word = "", ...others] = process.argv;
const besides = Object.hasOwn(BESIDES, word) ? BESIDES[word] : undefined;
if (besides !== undefined) process.argv = [node, file, ...others];
await (besides ?? (() => import("../cli/main.js")))();
