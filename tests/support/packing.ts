import { cpSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { readYaml } from "../../src/core/yaml-reader.js";
import { openModel } from "../../src/format/open-model.js";
import { type PackOptions, type PackResult, pack } from "../../src/pack/pack.js";
import { modelPath } from "./golden.js";
import { ONNX } from "./onnx-folder.js";
import type { TemporaryFolder } from "./temporary-folder.js";

/** Packs models of ONNX into a folder of the test's, and reads the packages. */
export interface Packing {
  /** Into `out.tar`, where the options do not say another. */
  packTo(source: string, options?: Partial<PackOptions>): Promise<PackResult>;
  /** The files of a package by name, as latin1; its checksums are proven. */
  contentOf(file?: string): Promise<Map<string, string>>;
  /** Its MLmodel file. */
  descriptorOf(file?: string): Promise<Readonly<Record<string, unknown>>>;
  /** A copy of a fixture that the test may spoil. */
  copyModel(model: string, name?: string): string;
  /** A bare ONNX file `net.onnx`, its weights beside it. */
  copyBare(name: string, model?: string, weights?: string): string;
}

/** `given` are options for every package. */
export function usePacking({ at }: TemporaryFolder, given: Partial<PackOptions> = {}): Packing {
  async function contentOf(file = at("out.tar")): Promise<Map<string, string>> {
    mkdirSync(at("tmp"), { recursive: true });
    await using model = await openModel(file, { requireChecksums: true, temporaryFolder: at("tmp") });
    const contents = model.files.names.map(
      async (name) => [name, Buffer.from(await model.files.read(name)).toString("latin1")] as const,
    );
    return new Map(await Promise.all(contents));
  }

  return {
    packTo: (source, options = {}) => pack({ source, output: at("out.tar"), flavors: ONNX, ...given, ...options }),
    contentOf,
    descriptorOf: async (file) => readYaml((await contentOf(file)).get("MLmodel") ?? ""),
    copyModel(model, name = "model") {
      cpSync(modelPath(model), at(name), { recursive: true });
      return at(name);
    },
    copyBare(name, model = "cnn_small", weights = "cnn_weights.data") {
      mkdirSync(at(name));
      cpSync(join(modelPath(model), "model.onnx"), at(name, "net.onnx"));
      cpSync(join(modelPath(model), weights), at(name, weights));
      return at(name, "net.onnx");
    },
  };
}
