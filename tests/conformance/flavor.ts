import { describe, it } from "vitest";
import { flavorChecks } from "../../src/testing/flavor-checks.js";
import type { FlavorSubject } from "../../src/testing/flavor-subject.js";

/** The suite that every flavor passes, ours and the users'; a check that is skipped says why. */
export function describeFlavor(subject: FlavorSubject): void {
  describe(`the flavor ${subject.flavor.name}`, () => {
    for (const { name, run } of flavorChecks(subject)) it(name, run);
  });
}
