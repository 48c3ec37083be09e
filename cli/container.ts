import { readFileSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { MlserveError } from "../src/core/errors.js";
import { fileSystemError, systemCode } from "../src/format/file-system-error.js";
import { MLMODEL_FILE } from "../src/format/mlmodel.js";
import { MOUNTED_MODELS, PACKED_MODELS } from "../src/images/places.js";

/** What a container may be asked to do with its model. `serve` is what it does where nothing is said. */
const WITH_MODEL: readonly string[] = ["serve", "predict", "inspect", "validate", "test", "verify"];
const WITHOUT_MODEL: readonly string[] = ["health", "doctor", "help", "--help", "-h", "--version", "-V"];

/** Where a container looks for models and for the process that it runs; others in tests. */
export interface ContainerPlaces {
  readonly packed: string;
  readonly mounted: readonly string[];
  /** The words of the container's first process, each ended by a zero byte. */
  readonly firstProcess: string;
}

const PLACES: ContainerPlaces = {
  packed: PACKED_MODELS,
  mounted: MOUNTED_MODELS,
  firstProcess: "/proc/1/cmdline",
};

/** A command line for a container's model. */
export interface ContainerLine {
  readonly argv: readonly string[];
  /** Where a model is mounted that is taken in the place of the packed one. */
  readonly mounted?: string;
}

/**
 * The command line that a container's words stand for: what they leave out is `serve`, and the model.
 *
 * A model that is mounted goes before the one that was packed into the image. Throws `model_not_found` where files are
 * mounted that are no model, or where there is none at all.
 */
export async function containerLine(
  words: readonly string[],
  places: ContainerPlaces = PLACES,
): Promise<ContainerLine> {
  const [first = "serve", ...rest] = words;
  if (first === "health") return { argv: ["health", ...rest, ...listeningFlags(places)] };
  if (WITHOUT_MODEL.includes(first)) return { argv: words };
  const [command, flags] = WITH_MODEL.includes(first) ? [first, rest] : ["serve", words];
  // Who names a model means it.
  if (flags[0] !== undefined && !flags[0].startsWith("-")) return { argv: [command, ...flags] };
  const mounted = await findMounted(places.mounted);
  const model = mounted ?? (await findPacked(places.packed));
  return { argv: [command, model, ...flags], ...(mounted === undefined ? {} : { mounted }) };
}

/** The flags by which the server of this container was told where to listen; variables are known here too. */
function listeningFlags({ firstProcess }: ContainerPlaces): string[] {
  const words = readWords(firstProcess);
  return words.flatMap((word, i) => {
    if (/^--(port|host|tls-cert|allowed-hosts)=/.test(word)) return [word];
    if (/^(--(port|host|tls-cert|allowed-hosts)|-p)$/.test(word)) return [word, words[i + 1] ?? ""];
    return [];
  });
}

function readWords(file: string): string[] {
  try {
    return readFileSync(file, "utf8").split("\0");
  } catch {
    // Of another user: what variables say is all that is known.
    return [];
  }
}

async function findMounted(folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const names = await visibleNames(folder);
    if (names.length > 0) return findModel(folder, names);
  }
  return undefined;
}

/** The folder itself, or the one thing in it: a folder with a model, a package, an .onnx file. */
async function findModel(folder: string, names: readonly string[]): Promise<string> {
  if (names.includes(MLMODEL_FILE)) return folder;
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) {
    const path = join(folder, only);
    if (/\.(tar|tar\.gz|tgz|onnx)$/i.test(only) || (await visibleNames(path)).includes(MLMODEL_FILE)) return path;
  }
  throw new MlserveError("model_not_found", "files are mounted there, but they are no model", {
    where: folder,
    hint: "Mount the folder of a model, with its MLmodel file, or a package alone in its folder",
  });
}

async function findPacked(folder: string): Promise<string> {
  const [name] = await namesIn(folder);
  if (name !== undefined) return join(folder, name);
  throw new MlserveError("model_not_found", "no model was packed into this image, and none is mounted", {
    hint: `Mount one at ${MOUNTED_MODELS.join(" or ")}`,
  });
}

/** Without what file systems and Kubernetes put there. */
async function visibleNames(folder: string): Promise<string[]> {
  return (await namesIn(folder)).filter((name) => !name.startsWith(".") && name !== "lost+found");
}

/** Sorted; none where there is no such folder. Throws `file_system`. */
async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (error) {
    if (["ENOENT", "ENOTDIR"].includes(systemCode(error) ?? "")) return [];
    // Another model than the one that was meant would be worse than none.
    throw fileSystemError(error, folder);
  }
}
