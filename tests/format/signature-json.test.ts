import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readYaml } from "../../src/core/yaml-reader.js";
import { NUMPY_NAMES } from "../../src/format/numpy-dtypes.js";
import { parseSignature } from "../../src/format/signature.js";
import { formatSignature } from "../../src/format/signature-json.js";
import { goldenModels, modelPath } from "../support/golden.js";

interface Written {
  readonly inputs: string | null;
  readonly outputs: string | null;
  readonly params: string | null;
}

function signatureOf(model: string): Written | undefined {
  const { signature } = readYaml(readFileSync(`${modelPath(model)}/MLmodel`, "utf8"));
  return signature as Written | undefined;
}

const signed = goldenModels().filter((model) => signatureOf(model) !== undefined);
const current = signed.filter((model) => model !== "legacy_mlmodel");

describe("formatSignature", () => {
  it.each(current)("writes the signature of %s as MLflow wrote it, to the byte", (model) => {
    const written = signatureOf(model);
    expect(formatSignature(parseSignature(written ?? {}))).toEqual(written);
  });

  it.each(signed)("writes the signature of %s so that it reads the same", (model) => {
    const signature = parseSignature(signatureOf(model) ?? {});
    expect(parseSignature(formatSignature(signature))).toEqual(signature);
  });

  it("finds nearly all fixtures signed", () => {
    expect(current.length).toBeGreaterThan(45);
  });

  it.each(Object.keys(NUMPY_NAMES))("writes a tensor of %s so that it reads the same", (dtype) => {
    const inputs = `[{"type": "tensor", "tensor-spec": {"dtype": "${NUMPY_NAMES[dtype as keyof typeof NUMPY_NAMES]}", "shape": [-1, 2]}}]`;
    const signature = parseSignature({ inputs });
    expect(parseSignature(formatSignature(signature))).toEqual(signature);
  });

  it("escapes what is not ASCII and tells whole floats from integers, as Python does", () => {
    const inputs = '[{"type": "double", "name": "\\u00e9\\ud83d\\ude00\\"", "required": true}]';
    const params =
      '[{"name": "t", "default": 1.0, "shape": null, "type": "double"}, {"name": "u", "default": [1.0, 1e-05], "shape": [-1], "type": "float"},' +
      ' {"name": "k", "default": 1, "shape": null, "type": "long"}, {"name": "b", "default": 9007199254740993, "shape": null, "type": "long"}]';
    expect(formatSignature(parseSignature({ inputs, params }))).toEqual({ inputs, outputs: null, params });
  });
});
