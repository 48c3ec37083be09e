import {
  Bool,
  type Data,
  Field,
  FixedSizeList,
  Float16,
  Float32,
  Float64,
  Int8,
  Int16,
  Int32,
  Int64,
  makeData,
  TimestampNanosecond,
  Uint8,
  Uint16,
  Uint32,
  Uint64,
} from "apache-arrow";
import { type Column, type DataByDType, NOT_A_TIME } from "../../../core/tensor.js";
import { bytesData, packBits, textsData, validity } from "./arrow-layout.js";
import { objectsData } from "./objects-data.js";

const NUMBERS = {
  int8: Int8,
  int16: Int16,
  int32: Int32,
  int64: Int64,
  uint8: Uint8,
  uint16: Uint16,
  uint32: Uint32,
  uint64: Uint64,
  float16: Float16,
  float32: Float32,
  float64: Float64,
} as const;

/** A column in Arrow's memory layout; numbers are not copied. Throws `not_acceptable` for objects of no one form. */
export function columnData(column: Column): Data {
  const { length } = column.data;
  switch (column.dtype) {
    case "bool":
      return makeData({ type: new Bool(), length, nullCount: 0, data: packBits(length, (i) => column.data[i] !== 0) });
    case "string":
      return textsData(column.data);
    case "binary":
      return bytesData(column.data);
    case "datetime":
      return datetimesData(column.data);
    case "object":
      return objectsData(column.data);
    default:
      // The class of each number type is listed with its name.
      return makeData({
        type: new NUMBERS[column.dtype]() as Float64,
        length,
        nullCount: 0,
        data: column.data as Float64Array,
      });
  }
}

/** Lists that all have `size` items. */
export function fixedListData(items: Data, size: number): Data {
  const type = new FixedSizeList(size, new Field("item", items.type, true));
  return makeData({ type, length: items.length / size, nullCount: 0, child: items });
}

function datetimesData(data: DataByDType["datetime"]): Data {
  return makeData({
    type: new TimestampNanosecond(),
    length: data.length,
    ...validity(data.length, (i) => data[i] !== NOT_A_TIME),
    data,
  });
}
