/*
 * npm run docs: writes docs/configuration.md from the options of the commands, and docs/api from the doc comments of
 * the library. tests/docs/configuration.test.ts and tests/reference fail while the pages are not current.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { writeApiReference } from "./api-reference.mjs";
import { importSources } from "./import-sources.mjs";
import { ROOT, runScript } from "./processes.mjs";

await runScript(async () => {
  const [{ toConfigurationPage }, { COMMAND_OPTIONS }] = await importSources(
    "src/config/configuration-page.ts",
    "src/config/options.ts",
  );
  writeFileSync(join(ROOT, "docs", "configuration.md"), toConfigurationPage(COMMAND_OPTIONS));
  console.log("mlserve: wrote docs/configuration.md");
  await writeApiReference();
  console.log("mlserve: wrote docs/api");
});
