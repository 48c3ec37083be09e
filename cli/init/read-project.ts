import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { MlserveError } from "../../src/core/errors.js";
import { readVersion } from "../../src/core/installed-version.js";
import { TEMPLATES, type Template, type TemplateName } from "./templates.js";

export interface ProjectFile {
  /** Relative to the project, with slashes. */
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** npm packs no files of these names. */
const RENAMED: Readonly<Record<string, string>> = { _gitignore: ".gitignore", _npmrc: ".npmrc" };

/** Stands in these files for the name of the project. */
const NAME_MARK = /PROJECT_NAME/g;
const MARKED: readonly string[] = ["README.md", "mlserve.yaml"];

/** All files of a project, by name: those of its template, and a package.json. */
export async function readProject(template: TemplateName, name: string): Promise<ProjectFile[]> {
  const folder = join(findTemplates(), template);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const copied = paths.map(async (path): Promise<ProjectFile> => {
    const file = relative(folder, path).split(sep).join("/");
    const content = await readFile(path);
    return MARKED.includes(file)
      ? { name: file, content: content.toString("utf8").replace(NAME_MARK, name) }
      : { name: RENAMED[file] ?? file, content };
  });
  const files = [
    { name: "package.json", content: toManifest(name, TEMPLATES[template]) },
    ...(await Promise.all(copied)),
  ];
  return files.sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Beside `cli` in the sources, and beside `dist` in what was built. */
function findTemplates(from: string = dirname(fileURLToPath(import.meta.url))): string {
  const folder = join(from, "templates");
  if (existsSync(join(folder, "function"))) return folder;
  if (dirname(from) === from) throw new MlserveError("usage", "the runtime of an image has no templates");
  return findTemplates(dirname(from));
}

function toManifest(name: string, { model, test, dependencies, files }: Template): string {
  const manifest = {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    engines: { node: ">=20.19" },
    ...(files === undefined ? {} : { files }),
    scripts: {
      dev: `mlserve serve ${model} --watch`,
      pack: `mlserve pack ${model}`,
      serve: `mlserve serve ${model}`,
      test,
    },
    dependencies: { mlserve: `^${readVersion()}`, ...dependencies },
    // Both come with what they would fetch or check.
    allowScripts: { esbuild: false, "onnxruntime-node": false },
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
