import type { MlserveError } from "../../src/core/errors.js";
import { endWithParent } from "../../src/workers/end-with-parent.js";
import { type ErrorFields, toErrorFields } from "../../src/workers/error-fields.js";
import type { Holder } from "../io.js";

/** What a held process says to the one that holds it. */
export type HeldSaying =
  /** It is to be ended with this error, unless it says `relaxed` before the time is over. */
  | { readonly kind: "deadline"; readonly ms: number; readonly error: ErrorFields }
  | { readonly kind: "relaxed" }
  /** A file to remove should the process be ended. */
  | { readonly kind: "file"; readonly path: string };

/**
 * The process that holds this one, whose number is `parent`. The way to it is taken off `process`: it is not for a model's
 * code.
 */
export function findHolder(process: NodeJS.Process, parent: number): Holder {
  const send = process.send?.bind(process);
  if (send === undefined) throw new Error("a held process has no way to the one that holds it");
  delete process.send;
  process.once("disconnect", () => process.exit(1));
  // A program that has nothing more to do ends, whoever listens.
  process.channel?.unref();
  return createHolder((saying) => void send(saying), parent);
}

function createHolder(say: (saying: HeldSaying) => void, parent: number): Holder {
  let isWatched = false;
  let isExpected = false;
  return {
    expect(ms: number, error: MlserveError) {
      // A model that blocks this process cannot see the other one end.
      if (!isWatched) endWithParent(parent);
      isWatched = true;
      if (!isExpected) say({ kind: "deadline", ms, error: toErrorFields(error) });
      isExpected = true;
    },
    relax() {
      if (isExpected) say({ kind: "relaxed" });
      isExpected = false;
    },
    removeAtEnd: (path) => say({ kind: "file", path }),
  };
}
