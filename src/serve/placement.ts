import { MlserveError, quoteName } from "../core/errors.js";
import type { ChosenFlavor } from "../flavors/choose.js";
import type { Flavor } from "../flavors/flavor.js";
import { type FlavorSource, flavorSourceOf } from "../flavors/flavor-source.js";
import { MLMODEL_FILE } from "../format/mlmodel.js";
import type { Model } from "../format/model.js";

/** Where a model is asked to run; `auto` decides by the model. */
export type IsolationMode = "auto" | "inline" | "process";

/** How many threads and processes a model is asked to run with; what is left out is decided by the machine. */
export interface Capacity {
  /** Threads of the runtime for one run, in each process. */
  readonly threads?: number;
  /** Worker processes. */
  readonly workers?: number;
}

/** A model in the process that serves it, or in worker processes. */
export type Placement =
  | { readonly kind: "inline"; readonly threads: number | undefined; readonly defaultThreads: number }
  | ProcessPlacement;

export interface ProcessPlacement {
  readonly kind: "process";
  readonly flavor: FlavorSource;
  readonly workers: number;
  readonly threads: number | undefined;
  readonly defaultThreads: number;
  /** Are fewer threads than the default to be tried? */
  readonly triesThreads: boolean;
}

export interface PlacementRequest extends Capacity {
  readonly isolation: IsolationMode;
  /** Processors that may be kept busy. */
  readonly cores: number;
}

/**
 * Where a model may run, from its files alone. A model for which `auto` gives `inline` is tiny; whether it is fast
 * enough for that only a run can tell.
 *
 * Throws `usage` when worker processes are asked for, and the flavor or the model cannot be taken to one.
 */
export async function placeModel(model: Model, chosen: ChosenFlavor, request: PlacementRequest): Promise<Placement> {
  const source = portableSource(model, chosen.flavor);
  if (request.isolation === "process" && source === undefined) throw notPortable(chosen.flavor);
  const inline = { kind: "inline", threads: request.threads, defaultThreads: 1 } as const;
  if (request.isolation === "inline" || source === undefined) return inline;
  const { isolation } = chosen.flavor;
  const allowed = request.isolation === "auto" ? await isolation?.(model, chosen.config) : "process";
  return allowed === "inline" ? inline : inProcesses(source, chosen.flavor, request);
}

/** Threads times workers are no more than the processors, unless somebody asks for more. */
export function inProcesses(
  flavor: FlavorSource,
  { usesThreads = false }: Pick<Flavor, "usesThreads">,
  { cores, threads, workers }: PlacementRequest,
): ProcessPlacement {
  // One process is left to HTTP. A runtime with threads of its own does more with one model than with several copies.
  const count = workers ?? (usesThreads ? 1 : Math.max(1, cores - 1));
  const defaultThreads = usesThreads ? Math.max(1, Math.floor(cores / count)) : 1;
  // Several that try at the same time would only measure each other.
  const triesThreads = usesThreads && threads === undefined && count === 1 && defaultThreads > 1;
  return { kind: "process", flavor, workers: count, threads, defaultThreads, triesThreads };
}

/** Workers for cores that the threads of one leave: one process is left to HTTP. */
export function workersFor(cores: number, threads: number): number {
  return threads >= cores ? 1 : Math.max(1, Math.floor((cores - 1) / threads));
}

/** A flavor or a descriptor that is only an object of this process cannot be taken to another. */
export function portableSource({ files }: Model, flavor: Flavor): FlavorSource | undefined {
  return files.has(MLMODEL_FILE) ? flavorSourceOf(flavor) : undefined;
}

function notPortable({ name }: Flavor): MlserveError {
  const reason = `the flavor ${quoteName(name)} was not loaded from a module, so that no worker process can load it`;
  return new MlserveError("usage", reason, {
    where: "isolation",
    hint: "Load it with loadFlavorModule, or run the model inline",
  });
}
