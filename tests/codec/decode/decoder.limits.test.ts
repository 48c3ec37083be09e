import { describe, expect, it } from "vitest";
import { type BodyDecoder, compileDecoder } from "../../../src/codec/decode/decoder.js";
import type { Call } from "../../../src/core/batch.js";
import { DEFAULT_DECODE_LIMITS, OWN_DATA_LIMITS } from "../../../src/core/decode-limits.js";
import { LIMIT_CASES, type Sent } from "./limit-cases.js";

const CASES = Object.entries(LIMIT_CASES).flatMap(([limit, { cases, ...rest }]) =>
  cases.map((each) => ({ ...each, ...rest, limit })),
);

describe("a request that goes beyond a limit", () => {
  it.each(CASES)("is refused, $limit: $name", async ({ limit, at, says, status, signature, within, beyond }) => {
    const limits = { ...OWN_DATA_LIMITS, [limit]: at };
    const decode = compileDecoder(signature, { unsigned: "arrays", limits });
    await expect(decodeSent(decode, within)).resolves.toBeDefined();
    const refused = await decodeSent(decode, beyond).catch((error: unknown) => error);
    expect(refused).toMatchObject({ status, message: expect.stringContaining(says) });
  });

  it("is not refused for it where the limits are the defaults", async () => {
    for (const { signature, beyond } of CASES) {
      const decode = compileDecoder(signature, { unsigned: "arrays", limits: DEFAULT_DECODE_LIMITS });
      const outcome = await decodeSent(decode, beyond).catch((error: unknown) => error);
      expect(outcome).not.toMatchObject({ status: 413 });
    }
  });
});

async function decodeSent(decode: BodyDecoder, { media, body }: Sent): Promise<Call> {
  return await decode(body, media);
}
