import { CompressionType, compressionRegistry } from "apache-arrow";
import { lz4Frame } from "../../compression/lz4.js";
import { unzstd } from "../../compression/zstd.js";
import type { TableBudget } from "../tables/budget.js";

/**
 * Runs `read` with decompressors for LZ4 and ZSTD that count what they write.
 *
 * apache-arrow keeps its codecs in one place for the whole process. `read` must end before it returns, so that nobody
 * else ever sees these.
 */
export function withCodecs<T>(budget: TableBudget, read: () => T): T {
  const types = [CompressionType.LZ4_FRAME, CompressionType.ZSTD] as const;
  const decompressors = { [CompressionType.LZ4_FRAME]: lz4Frame, [CompressionType.ZSTD]: unzstd } as const;
  const before = types.map((type) => compressionRegistry.get(type) ?? {});
  for (const type of types)
    compressionRegistry.set(type, { decode: (input) => decompress(decompressors[type], input, budget) });
  try {
    return read();
  } finally {
    types.forEach((type, i) => void compressionRegistry.set(type, before[i] ?? {}));
  }
}

/** Arrow writes the length of a buffer in the eight bytes before it, which are not handed over. */
function decompress(
  decompressor: (input: Uint8Array, length: number) => Uint8Array,
  input: Uint8Array,
  budget: TableBudget,
): Uint8Array {
  const length = Number(new DataView(input.buffer, input.byteOffset - 8, 8).getBigInt64(0, true));
  budget.spend(length);
  return decompressor(input, length);
}
