/** A server to send requests to. */
export interface Target {
  /** For people: the model's name, or the address. */
  readonly name: string;
  /** Where predictions are asked for. */
  readonly url: string;
  /** Microseconds of processor time that it used so far; undefined where that cannot be known. */
  cpuMicros(): number | undefined;
  /** Throws away what it logged: a long run would fill the disk. */
  trimLog(): void;
  close(): Promise<void>;
}
