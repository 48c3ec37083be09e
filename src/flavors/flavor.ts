import type { Batch, Params } from "../core/batch.js";
import type { Logger } from "../core/logger.js";
import type { Model, ModelFiles } from "../format/model.js";
import type { Signature } from "../format/signature.js";
import type { ConfigSchema } from "./config-schema.js";
import type { FlavorRegistry } from "./registry.js";

/** What one call of a predictor is given besides its data. */
export interface PredictContext {
  /** The request's `params`, defaults of the signature filled in. */
  readonly params: Params;
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal;
}

/** What a model gives for one request: all at once, or bit by bit. */
export type Outputs = Batch | OutputStream;

/**
 * The outputs of a model that goes on while they are sent. Returning its iterator ends the work.
 *
 * It throws what `predict` would, whenever it happens.
 */
export type OutputStream = AsyncIterable<Batch>;

/** Does the model go on while its outputs are sent? */
export function isOutputStream(outputs: Outputs): outputs is OutputStream {
  return Symbol.asyncIterator in outputs;
}

/**
 * A loaded model, ready to run.
 *
 * `loadPredictor` stands between it and its callers: `predict` is called neither with a signal that is aborted nor after
 * the predictor was disposed of, and it is disposed of once.
 */
export interface Predictor extends AsyncDisposable {
  /**
   * What a body without a signature turns into: `arrays` are tensors and columns whose types are guessed from the
   * values as numpy and pandas do; `json` is the JSON value as it is.
   */
  readonly unsigned: "arrays" | "json";
  /** May rows of different requests be run together? */
  readonly batchable: boolean;
  /** Rows that every run must have, where the model was made for a number of them; undefined for any number. */
  readonly fixedRows?: number | undefined;
  /** Calls that it works on at the same time, when they come to it at once. Default 1. */
  readonly concurrency?: number;
  /** Facts for `inspect` and the start line: runtime and version, threads. */
  readonly runtime: Readonly<Record<string, string | number>>;
  /**
   * Runs the model. Outputs keep the runtime's names, order and shapes.
   *
   * Throws `model_rejected_input` when the data cannot be run, `model_failed` when the model itself is at fault.
   */
  predict(batch: Batch, context: PredictContext): Promise<Outputs>;
}

/** What a flavor is told when it loads a model. */
export interface LoadOptions {
  /** Where warnings go that a person should see. */
  readonly logger: Logger;
  /** Threads the runtime may use for one run; undefined leaves it to the model's own settings or the runtime. */
  readonly threads?: number;
  /** Threads for one run where neither `threads` nor the model's own settings say how many. */
  readonly defaultThreads?: number;
  /** The flavors that a model may use for files that it brings along. `loadPredictor` says them. */
  readonly flavors?: FlavorRegistry;
}

/** What `pack` writes for a model that has no MLmodel file: flavor blocks in order, and the signature of its graph. */
export interface DescribedModel {
  /** Blocks for `flavors:` of the MLmodel file, by name, in order. */
  readonly flavors: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
  /** What the model takes and gives, as far as its files tell. */
  readonly signature: Signature;
  /** The files that the model consists of, when others may lie beside them: its own, and the weights it points to. */
  readonly files?: readonly string[];
  /** Did a person write the signature? Then an input example has to fit it, and says nothing better. */
  readonly isSignatureWritten?: boolean;
}

/**
 * Where a model may run: `inline`, in the process that serves it, or `process`, in one of its own that can be killed at
 * a deadline and can crash alone.
 */
export type Isolation = "inline" | "process";

/** What `pack` was pointed at, besides the files. */
export interface DescribeRequest {
  /** The one that the user named, when it was a file and not a folder. */
  readonly file?: string;
}

/** A kind of model: how its block in the MLmodel file is read, and how it is loaded. */
export interface Flavor<Config = unknown> {
  /** The key of its block under `flavors:`; letters, digits, `_`, `-` and `.`. */
  readonly name: string;
  /** Reads the block; without it, any block will do. */
  readonly config?: ConfigSchema<Config>;
  /** The npm package whose runtime it loads, for `inspect`, which looks at its version only. */
  readonly runtimePackage?: string;
  /** The URL of the module that it came from, which `loadFlavorModule` sets: another process loads it from there again. */
  readonly module?: string;
  /** Can its runtime use several threads for one run? Without it, more processors are used by more processes. */
  readonly usesThreads?: boolean;
  /** Does it refuse outputs that are not of the signature? Then none is guessed from one answer. */
  readonly checksOutputs?: boolean;
  /** What `describe` looks for, to complete "expected …": `an .onnx file`. */
  readonly looksFor?: string;
  /**
   * Loads the model into its runtime. Throws `flavor_unavailable` with the line that installs the runtime when it is
   * missing, and the model rows of the error table for files that it cannot run.
   */
  load(model: Model, config: Config, options: LoadOptions): Promise<Predictor>;
  /** Throws what `load` would throw and can be known without the runtime: unsupported types, missing weights. */
  check?(model: Model, config: Config): Promise<void>;
  /** For `pack` alone: runs code of the user's, who asks for it, to find what is wrong with it. */
  checkCode?(model: Model, config: Config): Promise<void>;
  /** What of a signature the model cannot be run with, one line each, as far as it can be known without the runtime. */
  checkSignature?(model: Model, config: Config, signature: Signature): Promise<readonly string[]>;
  /**
   * Where the model may run, decided from its files before any runtime sees them: `inline` for what is tiny, bounded and
   * no code of the user's. Without it, `process`.
   */
  isolation?(model: Model, config: Config): Promise<Isolation>;
  /**
   * For `pack` of files without an MLmodel: undefined when there is nothing of this flavor among them. Throws `usage` or
   * the model rows of the error table when there is, and why it cannot be packed.
   */
  describe?(files: ModelFiles, request?: DescribeRequest): Promise<DescribedModel | undefined>;
}

/** Checks a flavor's types where it is written and freezes it. */
export function defineFlavor<Config>(flavor: Flavor<Config>): Flavor<Config> {
  return Object.freeze(flavor);
}
