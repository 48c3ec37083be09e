import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseConfigFile } from "../../src/config/config-file.js";
import { toConfigurationPage } from "../../src/config/configuration-page.js";
import { COMMAND_OPTIONS } from "../../src/config/options.js";
import { resolveOptions } from "../../src/config/resolve.js";

const page = readFileSync(new URL("../../docs/configuration.md", import.meta.url), "utf8");

describe("docs/configuration.md", () => {
  it("is what `npm run docs` writes", () => {
    expect(page).toBe(toConfigurationPage(COMMAND_OPTIONS));
  });

  it("shows a file whose every value its option takes", () => {
    const [, example = ""] = /^```yaml\n(.*?)^```$/ms.exec(page) ?? [];
    const file = parseConfigFile(example, { name: "mlserve.yaml", isNamed: false }, COMMAND_OPTIONS);
    const read = Object.entries(COMMAND_OPTIONS).flatMap(([name, schema]) =>
      resolveOptions(schema, { flags: {}, environment: {}, file: file.settingsOf(name) }).settings.filter(
        ({ origin }) => origin === "file",
      ),
    );
    expect(new Set(read.map(({ option }) => option.name))).toEqual(
      new Set(["coercion", "host", "port", "max-body", "self-test", "metadata"]),
    );
  });
});
