import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { COERCIONS, type CoercionName } from "../../../src/codec/decode/coercion.js";
import { compileDecoder } from "../../../src/codec/decode/decoder.js";
import { MEDIA_TYPES, type MediaType } from "../../../src/codec/media-types.js";
import type { Call } from "../../../src/core/batch.js";
import { MlserveError } from "../../../src/core/errors.js";
import { parseSignature } from "../../../src/format/signature.js";
import { columns, csvBody, jsonBody, tensors } from "../../support/random-bodies.js";

/** What a refusal of `safe` that `mlflow` does not share says, and what the body must then hold: no other is allowed. */
const DAMAGES: readonly { readonly reason: RegExp; readonly evidence: RegExp }[] = [
  { reason: /it has a fraction, which would be cut off/, evidence: /\d\.\d*[1-9]|e-\d/ },
  { reason: /the number is not within -?\d+ to \d+/, evidence: /-\d|\d{3}|e\d/ },
  // A text that is none of these and no key of a body; in CSV every cell beside a text is one.
  {
    reason: /any text would become true/,
    evidence: /"(?!(true|1|a|b|inputs|instances|dataframe_\w+|columns|data)?")|^a,b$/m,
  },
  // In CSV a missing cell has other words too, and may be empty.
  { reason: /it would become (false|the text "None")/, evidence: /null|nan|""|^,|,$/im },
  { reason: /expected binary, got a string/, evidence: /"[^"]*[^A-Za-z0-9+/="][^"]*"/ },
  { reason: /as in the longest row, got fewer|cells as in the header, got \d/, evidence: /./ },
  { reason: /the number is beyond the range of the type/, evidence: /e\d|\d{5}/ },
  { reason: /a key stands twice in its object/, evidence: /./ },
];

async function decoded(
  name: CoercionName,
  inputs: string,
  body: string,
  media: MediaType,
): Promise<Call | MlserveError> {
  const decode = compileDecoder(parseSignature({ inputs }), { unsigned: "arrays", coercion: COERCIONS[name] });
  try {
    return await decode(Buffer.from(body), media);
  } catch (error) {
    if (error instanceof MlserveError && error.status === 400) return error;
    throw error;
  }
}

const isRefusal = (result: Call | MlserveError): result is MlserveError => result instanceof MlserveError;

function expectDamage(reason: string, body: string): void {
  const damage = DAMAGES.find((listed) => listed.reason.test(reason));
  expect({ reason, known: damage !== undefined }).toEqual({ reason, known: true });
  expect(body).toMatch(damage?.evidence ?? /(?!)/);
}

describe("what safe refuses and mlflow reads is damage of the list, and nothing else", () => {
  it.each([
    { name: "JSON under columns", signature: columns, body: jsonBody, media: MEDIA_TYPES.json },
    { name: "JSON under tensors", signature: tensors, body: jsonBody, media: MEDIA_TYPES.json },
    { name: "CSV under columns", signature: columns, body: csvBody, media: MEDIA_TYPES.csv },
    { name: "CSV under tensors", signature: tensors, body: csvBody, media: MEDIA_TYPES.csv },
  ])("$name", async ({ signature, body, media }) => {
    const seen = { alike: 0, damaged: 0 };
    const property = fc.asyncProperty(signature, body, async (inputs, text) => {
      const [safe, mlflow] = [await decoded("safe", inputs, text, media), await decoded("mlflow", inputs, text, media)];
      if (isRefusal(mlflow)) {
        expect(isRefusal(safe)).toBe(true);
      } else if (isRefusal(safe)) {
        seen.damaged++;
        expectDamage(safe.message, text);
      } else {
        seen.alike++;
        expect(safe).toEqual(mlflow);
      }
    });
    await fc.assert(property, { numRuns: 4000, seed: 20260102 });
    // The property would hold of bodies that nobody reads.
    expect(seen.alike).toBeGreaterThan(100);
    expect(seen.damaged).toBeGreaterThan(20);
  });
});
