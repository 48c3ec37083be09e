/*
 * node scripts/layer-rules.mjs   writes the import rules of biome.json from the table of layers in docs/architecture.md
 *
 * tests/architecture.test.ts compares the two.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, runScript } from "./processes.mjs";

await runScript(async () => {
  const layers = readLayers(readFileSync(join(ROOT, "docs", "architecture.md"), "utf8"));
  const file = join(ROOT, "biome.json");
  const config = JSON.parse(readFileSync(file, "utf8"));
  const others = config.overrides.filter(({ includes: [first] }) => !layers.some(([name]) => first === pathsOf(name)));
  const limited = layers.filter(([, allowed]) => allowed !== undefined);
  config.overrides = [...limited.map(([name, allowed]) => toOverride(name, allowed, layers)), ...others];
  writeFileSync(file, `${JSON.stringify(config, undefined, 2)}\n`);
  console.log("mlserve: wrote biome.json; npx biome check --write biome.json gives it its layout");
});

/** Rows such as "| `codec` | `core`, `format` | what it holds |"; undefined for a layer that may import everything. */
function readLayers(markdown) {
  const [, section = ""] = /^## Layers$([\s\S]*?)(?=^## )/m.exec(markdown) ?? [];
  return Array.from(section.matchAll(/^\| `([\w.-]+)` \| (.+?) \|/gm), ([, name, cell]) => [
    name,
    cell === "everything" ? undefined : Array.from(cell.matchAll(/`([\w.-]+)`/g), ([, allowed]) => allowed),
  ]);
}

function pathsOf(layer) {
  return `src/${layer}/**`;
}

function toOverride(layer, allowed, layers) {
  const forbidden = layers.map(([name]) => name).filter((name) => name !== layer && !allowed.includes(name));
  const hono = { group: ["hono", "hono/**", "@hono/**"], message: "Hono belongs to http and serve." };
  const runtimes = {
    group: ["onnxruntime*", "onnxruntime*/**", "@tensorflow/**"],
    message: "A runtime is imported by its own flavor only, with await import().",
  };
  const patterns = [
    {
      group: forbidden.map((name) => (name === "index.ts" ? "**/index.js" : `**/${name}/**`)),
      message: `${layer} may import ${allowed.join(", ") || "nothing of ours"}: see Layers in docs/architecture.md.`,
    },
    ...(layer === "http" || layer === "serve" ? [] : [hono]),
    ...(layer === "flavors" ? [] : [runtimes]),
  ];
  const noRestrictedImports = { level: "error", options: { patterns } };
  return { includes: [pathsOf(layer)], linter: { rules: { style: { noRestrictedImports } } } };
}
