import assert from "node:assert/strict";
import { homedir, tmpdir } from "node:os";
import { type ErrorKind, MlserveError } from "../core/errors.js";

/** What `work` fails with; an assertion fails when it does not. */
export async function failureOf(work: () => Promise<unknown>): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  return assert.fail("it did not fail");
}

export interface ClearError {
  readonly kinds: readonly ErrorKind[];
  /** Words that its message must hold. */
  readonly says?: readonly string[];
  /** Words that it must not hold: paths of the model, say. */
  readonly hides?: readonly string[];
}

/** Is it an error of one of these kinds, told in one line that shows nothing of the machine? */
export function assertClear(error: unknown, { kinds, says = [], hides = [] }: ClearError): void {
  assert.ok(error instanceof MlserveError, `expected an MlserveError, got ${String(error)}`);
  assert.ok(kinds.includes(error.kind), `expected the kind ${kinds.join(" or ")}, got ${error.kind}: ${error.message}`);
  assert.doesNotMatch(error.message, /[\r\n]/, "its message has one line");
  for (const word of says) assert.ok(error.message.includes(word), `expected ${word} in: ${error.message}`);
  for (const word of [process.cwd(), tmpdir(), homedir(), ...hides].filter(isTelling))
    assert.ok(!error.message.includes(word), `its message shows a path of this machine: ${error.message}`);
}

/** The root of a file system, or a home in it, says nothing. */
function isTelling(path: string): boolean {
  return path.replace(/[\\/]+$/, "").length > 1;
}
