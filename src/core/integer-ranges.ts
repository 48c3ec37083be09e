/** The smallest and largest number of each integer type; of 64 bits as bigint, since a number would round them. */
export const INTEGER_RANGES = {
  int8: { min: -128, max: 127 },
  int16: { min: -32768, max: 32767 },
  int32: { min: -2147483648, max: 2147483647 },
  int64: { min: -(2n ** 63n), max: 2n ** 63n - 1n },
  uint8: { min: 0, max: 255 },
  uint16: { min: 0, max: 65535 },
  uint32: { min: 0, max: 4294967295 },
  uint64: { min: 0n, max: 2n ** 64n - 1n },
} as const;
