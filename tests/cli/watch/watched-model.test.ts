import { mkdirSync, writeFileSync } from "node:fs";
import { expect, it, vi } from "vitest";
import { openWatched, type ReloadEvents } from "../../../cli/watch/watched-model.js";
import { BUILTIN_FLAVORS } from "../../../src/flavors/builtin.js";
import { createFlavorRegistry } from "../../../src/flavors/registry.js";
import { loadModel } from "../../../src/serve/load.js";
import { writeFunction } from "../../support/function-model.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();
const flavors = createFlavorRegistry(BUILTIN_FLAVORS);
const GOOD = "export default (inputs) => inputs;\n";
const BROKEN = "export default 1 +;\n";

it("tells an error once for a file that is emptied and then written", async () => {
  const source = writeFunction(folder.at("model"), GOOD);
  mkdirSync(folder.at("tmp"));
  const save = (code: string): void => writeFileSync(folder.at("model", "predict.mjs"), code);
  const told: string[] = [];
  const events: ReloadEvents = {
    onWaiting: async () => {},
    onReloaded: async () => void told.push("reloaded"),
    onUnchanged: async () => {},
    async onFailed(error) {
      told.push(String(error));
      // The rest of the same save comes late, with the same fault in it; then a good one.
      save(`${BROKEN}// the rest\n`);
    },
  };
  const failed = vi.fn();
  await using watched = await openWatched(
    {
      path: source,
      temporaryFolder: folder.at("tmp"),
      flavor: [],
      useFlavor: undefined,
      checks: {},
      timeoutMs: 60_000,
      load: (model) =>
        loadModel(model, { flavors }).catch((error: unknown) => {
          failed();
          throw error;
        }),
    },
    events,
  );
  const stop = new AbortController();
  const kept = watched.keepCurrent(stop.signal);
  save(BROKEN);
  await vi.waitFor(() => expect(failed).toHaveBeenCalledTimes(2), 20_000);
  save(`${GOOD}// mended\n`);
  await vi.waitFor(() => expect(told).toContain("reloaded"), 20_000);
  expect(told).toEqual([expect.stringContaining("predict.mjs:1"), "reloaded"]);
  stop.abort();
  await kept;
});
