import { createFloat32Printer } from "../../core/float-texts.js";
import type { DataByDType, DType } from "../../core/tensor.js";
import type { ByteWriter } from "./byte-writer.js";
import { compileElementTexts, type ElementPlace, type ElementText } from "./elements.js";
import type { NumberStyle } from "./number-style.js";

/** Writes one element to the writer that it was made for. */
export type ElementWriter<D extends DType> = (data: DataByDType[D], index: number) => void;

/** Finds the writer of an element type: chosen once for a whole column or tensor. */
export type ElementWriters = <D extends DType>(dtype: D, place: ElementPlace) => ElementWriter<D>;

type Integers = { readonly [index: number]: number | bigint };

/** Compiles the writers of elements: the bytes of {@link compileElementTexts}, for numbers without a text in between. */
export function compileElementWriters(style: NumberStyle): (to: ByteWriter) => ElementWriters {
  const texts = compileElementTexts(style);
  return (to) => {
    const integer = (data: Integers, index: number): void => to.integer(Number(data[index]));
    const known: { readonly [D in DType]?: ElementWriter<D> } = {
      int8: integer,
      int16: integer,
      int32: integer,
      uint8: integer,
      uint16: integer,
      uint32: integer,
      int64: (data, index) => writeLarge(to, data[index] ?? 0n),
      uint64: (data, index) => writeLarge(to, data[index] ?? 0n),
      ...(style.float32 === "widened" ? {} : { float32: float32Writer(to, texts("float32", "cell")) }),
    };
    return <D extends DType>(dtype: D, place: ElementPlace): ElementWriter<D> => {
      const text = texts(dtype, place);
      // The table's own type pairs each dtype with its writer.
      return (known[dtype] as ElementWriter<D> | undefined) ?? ((data, index) => to.text(text(data, index)));
    };
  };
}

function writeLarge(to: ByteWriter, value: bigint): void {
  const number = Number(value);
  if (Number.isSafeInteger(number)) to.integer(number);
  else to.text(String(value));
}

/** `text` says what is not finite. */
function float32Writer(to: ByteWriter, text: ElementText<"float32">): ElementWriter<"float32"> {
  const print = createFloat32Printer((digits, exponent, negative) => to.decimal(digits, exponent, negative));
  return (data, index) => {
    const value = data[index] ?? Number.NaN;
    if (Number.isFinite(value)) print(value);
    else to.text(text(data, index));
  };
}
