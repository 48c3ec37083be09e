/** What an archive may ask for before it is refused: it is stopped at the first breach, not at its end. */
export interface ArchiveLimits {
  /** Files and folders. */
  readonly entries: number;
  /** Bytes of all files, unpacked. */
  readonly totalBytes: number;
  /** Bytes of one header that carries a long name or other attributes. */
  readonly headerBytes: number;
  /** Unpacked bytes for each compressed one, once more than {@link ratioFromBytes} are unpacked. */
  readonly ratio: number;
  readonly ratioFromBytes: number;
}

const MIB = 1024 * 1024;

/** Far beyond any model seen: weights hardly shrink, a bomb of zeros shrinks a thousandfold. */
export const DEFAULT_LIMITS: ArchiveLimits = {
  entries: 10_000,
  totalBytes: 256 * 1024 * MIB,
  headerBytes: MIB,
  ratio: 200,
  ratioFromBytes: 64 * MIB,
};
