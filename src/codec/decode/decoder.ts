import type { Call } from "../../core/batch.js";
import { OWN_DATA_LIMITS } from "../../core/decode-limits.js";
import type { Signature } from "../../format/signature.js";
import { importArrow } from "../import-arrow.js";
import { MEDIA_TYPES, type MediaType } from "../media-types.js";
import { checkSize } from "./check-size.js";
import { COERCIONS } from "./coercion.js";
import { compileJsonDecoder } from "./compiled/compile-json-decoder.js";
import type { DecoderOptions } from "./reference.js";

/** Turns the bytes of a request in one of the body formats into a call. Throws the 4xx rows of the error table. */
export type BodyDecoder = (body: Uint8Array, media: MediaType) => Call | Promise<Call>;

type FormatDecoder = (body: Uint8Array) => Call | Promise<Call>;

/** Compiles the decoders of all body formats; what reads other formats than JSON is loaded with the first such body. */
export function compileDecoder(signature: Signature, options: DecoderOptions): BodyDecoder {
  const { coercion = COERCIONS.safe, limits = OWN_DATA_LIMITS } = options;
  const loadParquet = async () =>
    (await import("./parquet/decode-parquet.js")).compileParquetDecoder(signature, coercion, limits);
  const loadArrow = async () =>
    (await import("./arrow/decode-arrow.js")).compileArrowDecoder(signature, coercion, limits);
  const arrow = lazy(() => importArrow(loadArrow, "unsupported_media_type"));
  const json = compileJsonDecoder(signature, options);
  const decoders: Record<MediaType, FormatDecoder> = {
    [MEDIA_TYPES.json]: (body) => within(json(body)),
    [MEDIA_TYPES.csv]: lazy(async () =>
      (await import("./csv/decode-csv.js")).compileCsvDecoder(signature, coercion, limits),
    ),
    [MEDIA_TYPES.parquet]: lazy(loadParquet),
    [MEDIA_TYPES.arrowStream]: arrow,
    [MEDIA_TYPES.arrowFile]: arrow,
  };
  return (body, media) => decoders[media](body);

  function within(call: Call): Call {
    checkSize(call.batch, limits);
    return call;
  }

  /** Compiles a decoder when it is needed first. */
  function lazy(load: () => Promise<FormatDecoder>): FormatDecoder {
    let loaded: FormatDecoder | undefined;
    return async (body) => {
      loaded ??= await load();
      return within(await loaded(body));
    };
  }
}
