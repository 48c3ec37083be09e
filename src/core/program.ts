/** A program of mlserve's own that runs in a process besides. */
export interface Program {
  /** The file that Node is given. */
  readonly path: string;
  /** What stands before the program's own arguments: how a file that holds several knows which one is meant. */
  readonly args: readonly string[];
}
