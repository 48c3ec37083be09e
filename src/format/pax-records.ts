import { MlserveError } from "../core/errors.js";

const SPACE = 0x20;
const NEWLINE = 0x0a;

/**
 * Reads the records of a pax header: `"<length> <key>=<value>\n"`, the length counting the whole record.
 *
 * Throws `invalid_package` where the records do not fill the header exactly; tar readers guess differently there.
 */
export function parsePaxRecords(content: Buffer): readonly (readonly [key: string, value: string])[] {
  const records: (readonly [string, string])[] = [];
  for (let start = 0; start < content.length; ) {
    const end = start + recordLength(content, start);
    records.push(parseRecord(content.subarray(content.indexOf(SPACE, start) + 1, end - 1)));
    start = end;
  }
  return records;
}

function recordLength(content: Buffer, start: number): number {
  const space = content.indexOf(SPACE, start);
  const digits = content.toString("latin1", start, space === -1 ? start : space);
  const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
  if (length <= digits.length + 1 || content[start + length - 1] !== NEWLINE) throw damaged();
  return length;
}

function parseRecord(record: Buffer): readonly [string, string] {
  const text = record.toString("utf8");
  const equals = text.indexOf("=");
  if (equals < 1) throw damaged();
  return [text.slice(0, equals), text.slice(equals + 1)];
}

function damaged(): MlserveError {
  return new MlserveError("invalid_package", "a damaged header: attributes that are not well-formed");
}
