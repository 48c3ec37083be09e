import { existsSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MlserveError } from "../core/errors.js";
import { compareNames } from "../format/file-names.js";
import type { ImageFile, ImageLayer, ImageSettings } from "./image.js";
import { IMAGE_ROOT } from "./places.js";

type Platform = ImageSettings["platform"];

/** Files that lie in `dist` since mlserve was built, for every image: docs/decisions/015-bundled-runtime.md. */
const OWN_FILES: readonly string[] = ["runtime.mjs", "licenses.txt"];

/** What each built-in flavor needs beside these. */
const FLAVOR_FILES: Readonly<Record<string, (platform: Platform) => Promise<readonly ImageFile[]>>> = {
  onnx: nativeFiles,
  tfjs: async () => ["runtime-tfjs.mjs", "tfjs-backend-wasm-simd.wasm", "tfjs-backend-wasm.wasm"].map(builtFile),
  js_function: async () => [],
};

const ARCHITECTURES = { "linux/amd64": "x64", "linux/arm64": "arm64" } as const satisfies Record<Platform, string>;

/** What an image has to run: flavors by their names, on a platform. */
export interface RuntimeNeeds {
  readonly flavors: readonly string[];
  readonly platform: Platform;
}

/**
 * The layer with mlserve and the native files that the flavors need on the platform, and nothing else.
 *
 * Throws `flavor_unavailable` for a runtime that is not installed here or has no files for the platform, and
 * `unsupported_model` for a flavor that is not built in.
 */
export async function runtimeLayer({ flavors, platform }: RuntimeNeeds): Promise<ImageLayer> {
  const files = await Promise.all(flavors.map((flavor) => filesOf(flavor)(platform)));
  return { title: "runtime", files: [...OWN_FILES.map(builtFile), ...files.flat()] };
}

function filesOf(flavor: string): (platform: Platform) => Promise<readonly ImageFile[]> {
  const files = Object.hasOwn(FLAVOR_FILES, flavor) ? FLAVOR_FILES[flavor] : undefined;
  if (files !== undefined) return files;
  throw new MlserveError("unsupported_model", "an image can only hold models of the built-in flavors", {
    where: `flavor ${flavor}`,
    hint: `These are ${Object.keys(FLAVOR_FILES).join(", ")}`,
  });
}

function builtFile(name: string): ImageFile {
  return { path: `${IMAGE_ROOT}/${name}`, source: join(distFolder(), name), mode: 0o644 };
}

/** `dist` of this package, wherever in it this module lies. */
function distFolder(from: string = dirname(fileURLToPath(import.meta.url))): string {
  const isRoot = existsSync(join(from, "package.json"));
  const folder = join(from, "dist");
  if (isRoot && OWN_FILES.every((name) => existsSync(join(folder, name)))) return folder;
  if (!isRoot && dirname(from) !== from) return distFolder(dirname(from));
  throw new MlserveError("machine_unfit", "this installation of mlserve lacks the files that images are made of", {
    hint: "Install it anew; in a clone of its repository, run npm run build",
  });
}

/** onnxruntime's libraries, where the bundled runtime looks for them: in `bin`, beside itself. */
async function nativeFiles(platform: Platform): Promise<readonly ImageFile[]> {
  const installed = packageFolder("onnxruntime-node");
  if (installed === undefined)
    throw new MlserveError("flavor_unavailable", "the package onnxruntime-node is not installed", {
      hint: "Images get the libraries that are installed beside mlserve: npm install onnxruntime-node",
    });
  const names = (await readdir(join(installed, "bin"), { recursive: true })).map((name) => name.replaceAll("\\", "/"));
  const wanted = new RegExp(`^napi-v\\d+/linux/${ARCHITECTURES[platform]}/[^/]+$`);
  const needed = names.filter((name) => wanted.test(name)).sort(compareNames);
  if (needed.length === 0)
    throw new MlserveError("flavor_unavailable", `onnxruntime-node has no libraries for ${platform} here`, {
      hint: "Install it anew: its npm package holds them for all platforms",
    });
  return needed.map((name) => ({
    path: `${IMAGE_ROOT}/bin/${name}`,
    source: join(installed, "bin", name),
    mode: 0o644,
  }));
}

function packageFolder(name: string): string | undefined {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, "package.json")));
}
