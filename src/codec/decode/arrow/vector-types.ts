import { type Data, DataType, Type } from "apache-arrow";
import { checkedRanges, evenRanges, type Ranges } from "./offsets.js";

/** Does a value hold other values? */
export function isContainer(type: DataType): boolean {
  return isListOrFixed(type) || DataType.isStruct(type) || DataType.isMap(type);
}

export function isListOrFixed(type: DataType): boolean {
  return DataType.isList(type) || DataType.isLargeList(type) || DataType.isFixedSizeList(type);
}

/** What all lists of a column, or all maps, share. */
export function itemsOf({ children: [items] }: Data): Data {
  if (items === undefined) throw new RangeError("lists without items");
  return items;
}

/** Where each list or map lies in {@link itemsOf}. Throws a RangeError for one that leaves it. */
export function rangesOf(data: Data): Ranges {
  const { length } = itemsOf(data);
  if (DataType.isFixedSizeList(data.type)) return evenRanges(data.type.listSize, data.length, length);
  return checkedRanges(data.valueOffsets, data.length, length);
}

/** A type in the words of an error message. */
export function typeName(type: DataType): string {
  return DataType.isTimestamp(type) ? "timestamp with a zone" : (Type[type.typeId]?.toLowerCase() ?? "unknown");
}
