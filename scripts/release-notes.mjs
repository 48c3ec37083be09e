/*
 * node scripts/release-notes.mjs v1.2.3
 *
 * Prints what CHANGELOG.md says of a version. Fails where the tag is not that of package.json's version, or the version
 * has no section with a date: then there is nothing to release.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, ROOT, runScript } from "./processes.mjs";

await runScript(async ([tag = ""]) => {
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  if (tag !== `v${version}`) throw new Failure(`the tag is "${tag}", and package.json says ${version}`, 2);
  console.log(sectionOf(version, readFileSync(join(ROOT, "CHANGELOG.md"), "utf8")));
});

/** The text below `## [1.2.3] - 2026-01-31`, up to the next version or to the links at the end. */
function sectionOf(version, changelog) {
  const [, ...sections] = changelog.split(/^## /m);
  const section = sections.find((text) => text.startsWith(`[${version}] - `));
  const [head = "", ...lines] = section?.split("\n") ?? [];
  const text = lines
    .filter((line) => !/^\[[^\]]+\]: /.test(line))
    .join("\n")
    .trim();
  if (!/ - \d{4}-\d{2}-\d{2}$/.test(head) || text === "")
    throw new Failure(`CHANGELOG.md has no section "## [${version}] - YEAR-MONTH-DAY" with changes`, 2);
  return text;
}
