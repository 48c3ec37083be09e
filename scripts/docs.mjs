/*
 * npm run docs: writes docs/configuration.md from the options of the commands, and docs/api from the doc comments of
 * the library. tests/docs/configuration.test.ts and tests/reference fail while the pages are not current.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { writeApiReference } from "./api-reference.mjs";
import { ensureBuilt } from "./ensure-built.mjs";
import { ROOT, runScript } from "./processes.mjs";

await runScript(async () => {
  await ensureBuilt();
  const config = (name) => import(pathToFileURL(join(ROOT, "dist", "src", "config", name)).href);
  const { toConfigurationPage } = await config("configuration-page.js");
  const { COMMAND_OPTIONS } = await config("options.js");
  writeFileSync(join(ROOT, "docs", "configuration.md"), toConfigurationPage(COMMAND_OPTIONS));
  console.log("mlserve: wrote docs/configuration.md");
  await writeApiReference();
  console.log("mlserve: wrote docs/api");
});
