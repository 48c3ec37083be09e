import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { readConfig } from "../flavors/config-schema.js";
import { flavorFault } from "../flavors/flavor-shape.js";
import { createFlavorRegistry } from "../flavors/registry.js";
import { createModelFiles } from "../format/model-files.js";
import { assertClear, failureOf } from "./clear-error.js";
import type { CheckId, FlavorSubject } from "./flavor-subject.js";
import { withTemporaryFolder } from "./temporary-folder.js";

type FlavorCheckRun = (subject: FlavorSubject) => Promise<void>;

/** Checks that need no model. */
export const FLAVOR_CHECKS = {
  async shape({ flavor }) {
    assert.equal(flavorFault(flavor), undefined);
    assert.ok(Object.isFrozen(flavor), "it is frozen, as defineFlavor makes it");
  },

  async registry({ flavor }) {
    assert.equal(createFlavorRegistry([flavor]).get(flavor.name), flavor);
    const error = await failureOf(async () => createFlavorRegistry([flavor, flavor]));
    assertClear(error, { kinds: ["unknown_flavor"], says: [flavor.name] });
  },

  async config({ flavor, badConfigs = [] }) {
    for (const { block, field } of badConfigs) {
      const error = await failureOf(async () => readConfig(flavor, block));
      assertClear(error, { kinds: ["invalid_descriptor"], says: [`flavors.${flavor.name}.${field}`] });
    }
  },

  async describe({ flavor }) {
    await withTemporaryFolder(async (folder) => {
      const files = await Promise.all(Object.entries(OTHER_FILES).map((entry) => write(folder, ...entry)));
      assert.equal(await flavor.describe?.(createModelFiles([])), undefined, "with no files at all");
      assert.equal(await flavor.describe?.(createModelFiles(files)), undefined, "with files of other kinds");
    });
  },
} as const satisfies { readonly [Id in CheckId]?: FlavorCheckRun };

/** What may lie in any folder. */
const OTHER_FILES: Readonly<Record<string, string>> = {
  "README.md": "# A folder\n",
  "rows.csv": "a,b\n1,2\n",
  "picture.png": "\u0089PNG\r\n",
  LICENSE: "Do as you like.\n",
};

async function write(folder: string, name: string, text: string) {
  const path = join(folder, name);
  await writeFile(path, text, "latin1");
  return { name, path, bytes: text.length };
}
