import { formatDatetime } from "../../core/datetime-text.js";
import { type DataByDType, type DType, NOT_A_TIME } from "../../core/tensor.js";
import { toMimeBase64 } from "./base64.js";
import { compileFloatTexts } from "./float-texts.js";
import type { NumberStyle } from "./number-style.js";
import { compileValueText } from "./values.js";

/** The JSON text of one element. */
export type ElementText<D extends DType> = (data: DataByDType[D], index: number) => string;

/** Where elements stand: cells of a record, or elements of a tensor. MLflow writes dates differently there. */
export type ElementPlace = "cell" | "tensor";

const integer = (data: { readonly [index: number]: number | bigint }, index: number): string => String(data[index]);

/** The JSON text of each element type. */
function elementTexts(style: NumberStyle) {
  const { float16, float32, float64 } = compileFloatTexts(style);
  const value = compileValueText(style);
  return {
    bool: (data, index) => (data[index] === 0 ? "false" : "true"),
    int8: integer,
    int16: integer,
    int32: integer,
    int64: integer,
    uint8: integer,
    uint16: integer,
    uint32: integer,
    uint64: integer,
    float16: (data, index) => float16(data[index] ?? 0),
    float32: (data, index) => float32(data[index] ?? Number.NaN),
    float64: (data, index) => float64(data[index] ?? Number.NaN),
    string: (data, index) => JSON.stringify(data[index]),
    binary: (data, index) => JSON.stringify(toMimeBase64(data[index] ?? new Uint8Array())),
    datetime: (data, index) => JSON.stringify(formatDatetime(data[index] ?? NOT_A_TIME)),
    object: (data, index) => value(data[index]),
  } as const satisfies { readonly [D in DType]: ElementText<D> };
}

/** Finds the writer of an element type: chosen once for a whole column or tensor. */
export type ElementTexts = <D extends DType>(dtype: D, place: ElementPlace) => ElementText<D>;

export function compileElementTexts(style: NumberStyle): ElementTexts {
  const texts = elementTexts(style);
  return <D extends DType>(dtype: D, place: ElementPlace) => {
    // numpy writes an array of datetime64[ns] as integers, pandas a column of them as text.
    const text = dtype === "datetime" && place === "tensor" ? nanoseconds : texts[dtype];
    // The table's own type pairs each dtype with its writer.
    return text as ElementText<D>;
  };
}

function nanoseconds(data: BigInt64Array, index: number): string {
  return data[index] === NOT_A_TIME ? "null" : String(data[index]);
}
