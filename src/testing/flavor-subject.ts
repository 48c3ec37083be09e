import type { Flavor } from "../flavors/flavor.js";

/** A flavor to check, and what to check it on. */
export interface FlavorSubject {
  /** As `loadFlavorModule` gives it: one that is only an object of the test's own process is not tried in another. */
  readonly flavor: Flavor;
  /** Models that it must run. */
  readonly models: readonly SubjectModel[];
  /** Blocks of an MLmodel file that it must refuse, and the field that the refusal must name: `options.threads`. */
  readonly badConfigs?: readonly { readonly block: object; readonly field: string }[];
  /** Checks that do not apply, by id, each with the reason. */
  readonly skips?: { readonly [Id in CheckId]?: string };
}

/** A model that the flavor has to run. */
export interface SubjectModel {
  /** A package, a `.tar.gz` or a folder with an MLmodel file. */
  readonly source: string;
  /** Requests that it must answer. Some of them must have several rows when it says that rows can be run together. */
  readonly requests: readonly SubjectRequest[];
  /** Bodies that it must refuse as the caller's fault, though they fit its signature. */
  readonly refused?: readonly RequestBody[];
  /** Files without which it must not load. */
  readonly needs: readonly string[];
}

/** A request, and what is to be answered. */
export interface SubjectRequest {
  /** As it would come over HTTP, in any of MLflow's forms. */
  readonly body: RequestBody;
  /** What stands under `predictions`; numbers may differ by a millionth of themselves. */
  readonly predictions?: unknown;
}

/** The body of a request in JSON, as its text or as the value. */
export type RequestBody = string | object;

/** What is checked, and the words for it. */
export const CHECKS = {
  shape: "has the parts of a flavor, and a name that an MLmodel file can hold",
  registry: "cannot stand twice in one registry",
  config: "refuses a block that is wrong and names the field",
  describe: "finds nothing among files of other kinds",
  check: "finds no fault in a model that it can run",
  isolation: "says where a model may run",
  load: "tells what runs the model",
  answers: "answers requests with whole batches",
  steady: "gives the same answer twice",
  inputs: "leaves the data of a request as it was",
  concurrency: "keeps calls apart that come at once",
  rows: "gives rows together the answers that they get alone",
  abort: "runs nothing that was given up, and goes on",
  refusals: "refuses what it cannot run as the caller's fault, and goes on",
  dispose: "can be disposed of twice, and answers no more",
  missing: "names a file that is missing",
  worker: "answers from a process of its own as from this one",
  leftovers: "leaves the model's files as they were, and nothing running",
} as const;

/**
 * The name of a check, for `skips`.
 *
 * @useDeclaredType
 */
export type CheckId = keyof typeof CHECKS;
