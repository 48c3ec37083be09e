/**
 * The checks that every flavor passes, for one of your own: in any test runner, on real models.
 *
 * @module mlserve/testing
 */
import { basename } from "node:path";
import { flavorSourceOf } from "../flavors/flavor-source.js";
import { FLAVOR_CHECKS } from "./checks-of-flavor.js";
import { MODEL_CHECKS } from "./checks-of-model.js";
import { CHECKS, type CheckId, type FlavorSubject } from "./flavor-subject.js";

export type { CheckId, FlavorSubject, RequestBody, SubjectModel, SubjectRequest } from "./flavor-subject.js";

/** One check: for `it(name, run)` of any test runner. */
export interface FlavorCheck {
  readonly id: CheckId;
  readonly name: string;
  /** Rejects with an `AssertionError` that says what the flavor did instead. */
  run(): Promise<void>;
}

/**
 * What every flavor has to keep to: the checks that mlserve's own flavors pass, for one that you wrote.
 *
 * @example
 * ```js
 * for (const { name, run } of flavorChecks({ flavor, models })) it(name, run);
 * ```
 */
export function flavorChecks(subject: FlavorSubject): readonly FlavorCheck[] {
  const ofFlavor = entriesOf(FLAVOR_CHECKS).map(
    ([id, check]): FlavorCheck => ({ id, name: CHECKS[id], run: () => check(subject) }),
  );
  const ofModels = subject.models.flatMap((model) =>
    entriesOf(MODEL_CHECKS).map(
      ([id, check]): FlavorCheck => ({
        id,
        name: `${basename(model.source)}: ${CHECKS[id]}`,
        run: () => check(subject.flavor, model),
      }),
    ),
  );
  return [...ofFlavor, ...ofModels].filter(({ id }) => applies(id, subject));
}

/** A flavor that is only an object of this process cannot be taken to another. */
function applies(id: CheckId, { flavor, skips }: FlavorSubject): boolean {
  return skips?.[id] === undefined && (id !== "worker" || flavorSourceOf(flavor) !== undefined);
}

function entriesOf<Id extends CheckId, Check>(checks: Readonly<Record<Id, Check>>): [Id, Check][] {
  // The keys are those of the type: the tables are checked with `satisfies`.
  return Object.entries(checks) as [Id, Check][];
}
