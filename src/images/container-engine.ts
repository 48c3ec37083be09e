import { readFile } from "node:fs/promises";
import { MlserveError, quoteName } from "../core/errors.js";
import { parseQuantity } from "../core/quantity.js";
import { type ProgramRun, runProgram } from "./run-program.js";

export type EngineName = "docker" | "podman" | "buildah";

/** What builds images. Its methods throw `engine_failed` with what the engine said last. */
export interface ContainerEngine {
  readonly name: EngineName;
  /** Builds the image of a context and gives its id; `idFile` is a file that the engine may write. */
  build(context: string, idFile: string): Promise<string>;
  /** What the engine knows of an image. */
  look(id: string): Promise<EngineImage>;
  tag(id: string, name: string): Promise<void>;
  remove(id: string): Promise<void>;
}

export interface EngineImage {
  /** Uncompressed; undefined where the engine does not tell. */
  readonly bytes: number | undefined;
  /** Has it a name? Whoever gave it that wants to keep it. */
  readonly isNamed: boolean;
}

interface EngineWords {
  /** Before the file for the id, and the context. */
  readonly build: readonly string[];
  readonly look: (id: string) => readonly string[];
  readonly readLook: (told: string, id: string) => EngineImage;
  readonly remove: readonly string[];
}

const INSPECTED = {
  look: (id: string) => ["image", "inspect", "--format", "{{.Size}} {{len .RepoTags}}", id],
  readLook: (told: string) => {
    const [, bytes, names] = /^(\d+) (\d+)\s*$/.exec(told) ?? [];
    return { bytes: bytes === undefined ? undefined : Number(bytes), isNamed: names !== "0" };
  },
  remove: ["image", "rm"],
} as const;

/** podman and buildah write images of OCI's own format otherwise, which has no health check. */
const HEALTH = ["--format", "docker"] as const;

const ENGINES: Readonly<Record<EngineName, EngineWords>> = {
  docker: { build: ["build"], ...INSPECTED },
  podman: { build: ["build", ...HEALTH], ...INSPECTED },
  buildah: {
    build: ["build", ...HEALTH, "--layers"],
    look: () => ["images", "--all", "--json", "--no-trunc"],
    readLook: readListed,
    remove: ["rmi"],
  },
};

/**
 * The engine that is asked for, or the first that is installed, once it answers. `options.onLine` is told of what it
 * prints while it builds.
 *
 * Throws `engine_failed` when there is none, or when it cannot be reached.
 */
export async function findEngine(wanted: EngineName | undefined, options: ProgramRun): Promise<ContainerEngine> {
  const quiet = { environment: options.environment };
  const candidates: readonly EngineName[] = wanted === undefined ? ["docker", "podman", "buildah"] : [wanted];
  for (const name of candidates) {
    const version = await runProgram(name, ["--version"], quiet);
    if (version === undefined) continue;
    if (name === "docker") await checkDaemon(quiet);
    return createEngine(name, options);
  }
  throw new MlserveError("engine_failed", `${candidates.join(", ")}: not installed here`, {
    hint: "Install one; or use mlserve build-image, which needs none; or write the build context with --context DIR",
  });
}

async function checkDaemon(options: ProgramRun): Promise<void> {
  const version = await runProgram("docker", ["version", "--format", "{{.Server.Version}}"], options);
  if (version?.code === 0) return;
  throw new MlserveError("engine_failed", `docker cannot reach its daemon: ${lastLine(version?.stderr)}`, {
    hint: "Start it, or say where it is with DOCKER_HOST",
  });
}

function createEngine(name: EngineName, options: ProgramRun): ContainerEngine {
  const words = ENGINES[name];
  const { onLine: _, ...quiet } = options;
  const run = async (args: readonly string[], how: ProgramRun = quiet): Promise<string> => {
    const ended = await runProgram(name, args, how);
    if (ended?.code === 0) return ended.stdout;
    const said = lastLine(ended?.stderr) || lastLine(ended?.stdout);
    throw new MlserveError("engine_failed", `${name} ${args[0]} failed${said === "" ? "" : `: ${said}`}`, {
      hint: `Run it again with --verbose for all that ${name} says`,
    });
  };
  return {
    name,
    async build(context, idFile) {
      await run([...words.build, "--network", "none", "--iidfile", idFile, context], options);
      return (await readFile(idFile, "utf8")).trim();
    },
    async look(id) {
      const looked = await runProgram(name, words.look(id), quiet);
      if (looked?.code === 0) return words.readLook(looked.stdout, id);
      throw new MlserveError("engine_failed", `${name} built the image, but did not keep it`, {
        hint: "Choose a builder that loads its images: docker buildx use default",
      });
    },
    async tag(id, tag) {
      await run(["tag", id, tag]);
    },
    async remove(id) {
      await run([...words.remove, id]);
    },
  };
}

/** The error of an engine is its last line; the ones before tell what it did. */
function lastLine(text = ""): string {
  const lines = text.split("\n").map((line) => line.trim());
  return lines.findLast((line) => line !== "") ?? "";
}

const LISTED_UNITS = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9 } as const;

/** buildah lists all images, with sizes for people: `"169 MB"`. */
function readListed(told: string, id: string): EngineImage {
  const images: unknown = JSON.parse(told);
  const wanted = id.replace(/^sha256:/, "");
  const known = Array.isArray(images) ? images : [];
  const image = known.find((each) => String(each?.id).replace(/^sha256:/, "") === wanted);
  const bytes = parseQuantity(String(image?.size ?? "").toUpperCase(), LISTED_UNITS, "B");
  return { bytes, isNamed: image === undefined || image.names !== null };
}

/** Throws `usage` for what is no name of an image. */
export function checkTag(tag: string): string {
  if (/^[a-z0-9]+([._:/-]+[a-z0-9]+)*(:[\w][\w.-]{0,127})?$/.test(tag)) return tag;
  throw new MlserveError("usage", "expected a name for an image, such as iris:1 or registry.example/team/iris:1", {
    where: `--tag ${quoteName(tag)}`,
    hint: "Names have lower-case letters, digits, dots, dashes and slashes; what follows the colon may have capitals",
  });
}
