/** One file that an image gets, on top of its base. */
export interface ImageFile {
  /** Absolute in the image, e.g. `/opt/mlserve/runtime.mjs`. */
  readonly path: string;
  /** A file of this machine, or bytes. */
  readonly source: string | Uint8Array;
  /** Permission bits, e.g. `0o644`. */
  readonly mode: number;
}

/** Files that enter an image together, and are sent together: the runtime, or the model. */
export interface ImageLayer {
  readonly title: "runtime" | "model";
  readonly files: readonly ImageFile[];
}

/** What an image says about itself: how it is started, as whom, and what its labels tell. */
export interface ImageSettings {
  readonly platform: "linux/amd64" | "linux/arm64";
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  readonly user: string;
  readonly port: number;
  readonly workingDir: string;
}
