import { createFloat32Text, float16Text } from "../../core/float-texts.js";
import { fromFloat16Bits } from "../../core/float16.js";
import { pythonFloatText } from "../../core/python-text.js";
import type { Float32Style, NonFinite, NumberStyle } from "./number-style.js";

/** The JSON texts of floats, by how many bits they have. */
export interface FloatTexts {
  readonly float64: (value: number) => string;
  readonly float32: (value: number) => string;
  /** Of a bit pattern. */
  readonly float16: (bits: number) => string;
}

const FINITE_TEXTS = {
  shortest: () => ({ float32: createFloat32Text(), float16: float16Text }),
  widened: () => ({ float32: pythonFloatText, float16: (bits) => pythonFloatText(fromFloat16Bits(bits)) }),
} as const satisfies Record<Float32Style, () => Omit<FloatTexts, "float64">>;

/** What stands for a number that is not finite. */
const NON_FINITE_TEXTS = {
  null: () => "null",
  string: (value) => `"${value}"`,
} as const satisfies Record<NonFinite, (value: number) => string>;

export function compileFloatTexts({ nonFinite = "null", float32 = "shortest" }: NumberStyle): FloatTexts {
  const texts = FINITE_TEXTS[float32]();
  const otherwise = NON_FINITE_TEXTS[nonFinite];
  return {
    float64: (value) => (Number.isFinite(value) ? pythonFloatText(value) : otherwise(value)),
    float32: (value) => (Number.isFinite(value) ? texts.float32(value) : otherwise(value)),
    float16: (bits) => ((bits & 0x7c00) === 0x7c00 ? otherwise(fromFloat16Bits(bits)) : texts.float16(bits)),
  };
}
