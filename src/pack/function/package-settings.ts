import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { MlserveError } from "../../core/errors.js";
import { fileSystemError, systemCode } from "../../format/file-system-error.js";

/** What a package.json may say of a function, under `mlserve`: the keys of its block, and where its source lies. */
const settingsSchema = z.strictObject({
  /** The source file. Default: predict.ts, .mts, .cts, .mjs, .js or .cjs. */
  module: z.string().min(1).optional(),
  export: z.string().min(1).optional(),
  config: z.record(z.string(), z.unknown()).optional(),
  node: z.string().min(1).optional(),
  batchable: z.boolean().optional(),
  concurrency: z.int().min(1).optional(),
});

const packageSchema = z.looseObject({
  engines: z.looseObject({ node: z.string().optional() }).optional(),
  files: z.array(z.string()).optional(),
  mlserve: settingsSchema.optional(),
});

export interface PackageSettings extends z.output<typeof settingsSchema> {
  /** npm's list of files, which says what goes into the package. */
  readonly files?: readonly string[] | undefined;
}

export const PACKAGE_JSON = "package.json";

/** Reads the package.json of a folder, where there is one. Throws `invalid_model` naming the field that is wrong. */
export async function readPackageSettings(folder: string): Promise<PackageSettings> {
  const text = await readIfThere(join(folder, PACKAGE_JSON));
  if (text === undefined) return {};
  const parsed = packageSchema.safeParse(parse(text));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const reason = `${issue?.path.join(".")}: ${issue?.message.replace(/^Invalid input: /, "")}`;
    throw new MlserveError("invalid_model", reason, { where: PACKAGE_JSON });
  }
  const { engines, files, mlserve } = parsed.data;
  return { node: engines?.node, files, ...mlserve };
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (systemCode(error) === "ENOENT") return undefined;
    throw fileSystemError(error, PACKAGE_JSON);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new MlserveError("invalid_model", "is no JSON", { where: PACKAGE_JSON, cause });
  }
}
