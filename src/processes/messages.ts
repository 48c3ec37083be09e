import type { MetricSnapshot } from "../serve/metrics.js";
import type { ErrorFields } from "../workers/error-fields.js";

/*
 * What the first process and those that serve say to each other, over the channel that Node gives a child process.
 */

/** From the first process to one that serves. */
export type ToServing =
  /** What to serve and how, as the program of the process knows it. */
  | { readonly kind: "start"; readonly order: unknown }
  /** A connection comes with it, unless its client has left meanwhile. */
  | { readonly kind: "connection" }
  /** Say to whoever asks for its health that this server is about to close. */
  | { readonly kind: "drain" }
  /** Finish what has begun, and end. */
  | { readonly kind: "finish" }
  /** Tell what was counted so far. */
  | { readonly kind: "count" }
  /** The sums over all processes, as Prometheus text. */
  | { readonly kind: "metrics"; readonly id: number; readonly text: string }
  /** Milliseconds that each of the callers who were asked for has to wait. */
  | { readonly kind: "waits"; readonly id: number; readonly waits: readonly number[] };

/** From a process that serves to the first. */
export type FromServing =
  /** It hears. */
  | { readonly kind: "hello" }
  /** It takes connections; `facts` is what its program tells of the model. */
  | { readonly kind: "ready"; readonly facts: unknown }
  /** It cannot serve, and ends. */
  | { readonly kind: "refused"; readonly error: ErrorFields }
  /** It has taken the connection that it was handed. */
  | { readonly kind: "taken" }
  /** It has as many connections as it may, and leaves this one. */
  | { readonly kind: "declined" }
  | { readonly kind: "counted"; readonly metrics: MetricSnapshot }
  /** It was asked for the metrics of all. */
  | { readonly kind: "sum"; readonly id: number }
  /** May these callers send one request each? */
  | { readonly kind: "take"; readonly id: number; readonly callers: readonly string[] };
