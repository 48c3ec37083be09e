import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCases } from "../../../cli/replay/read-cases.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();

async function read(text: string) {
  const file = join(folder.path, "cases.jsonl");
  writeFileSync(file, text);
  return await readCases(file, "cases.jsonl");
}

describe("readCases", () => {
  it("makes a request of a body, with every digit as it is written", async () => {
    const [only] = await read('{"body": {"inputs": [1.0, 1, 1e3, 9007199254740993]}}\n\n');
    expect(only).toMatchObject({
      id: "cases.jsonl:1",
      method: "POST",
      path: "/invocations",
      headers: { "content-type": "application/json" },
      answers: [{ status: 200, json: undefined }],
      isQuirk: false,
    });
    expect(Buffer.from(only?.body ?? []).toString()).toBe('{"inputs": [1.0, 1, 1000.0, 9007199254740993]}');
  });

  it("takes a recorded request as it was", async () => {
    const [only] = await read(
      '{"id": "a", "method": "PUT", "path": "/ping", "headers": {"x-a": "b"}, "body_base64": "AAE=", "quirk": true, ' +
        '"expect": {"status": 200, "json": [1]}, "expect_alt": {"status": 404, "json": {"message": "other"}}}',
    );
    expect(only).toEqual({
      id: "a",
      method: "PUT",
      path: "/ping",
      headers: { "x-a": "b" },
      body: Buffer.from([0, 1]),
      answers: [
        { status: 200, json: [1] },
        { status: 404, json: undefined },
      ],
      isQuirk: true,
    });
  });
});
