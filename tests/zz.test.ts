import { readFileSync } from "node:fs";
import { it } from "vitest";
import { COERCIONS } from "../src/codec/decode/coercion.js";
import { compileDecoder } from "../src/codec/decode/decoder.js";
import { parseSignature } from "../src/format/signature.js";
it("diff", async () => {
  for (const c of JSON.parse(readFileSync("/tmp/bodies-lab/diff.json", "utf8"))) {
    const d = compileDecoder(parseSignature({ inputs: JSON.stringify([{ name: "x", type: c.t }]) }), { unsigned: "arrays", coercion: COERCIONS.safe });
    let ok: string | null = null, err = "";
    try { const { batch } = await d(Buffer.from(c.b, "base64"), "application/vnd.apache.parquet"); ok = batch.kind === "columns" ? batch.columns.get("x")!.dtype : "?"; } catch (e) { err = (e as Error).message; }
    if ((ok === null) !== (c.ok === null)) console.log(c.a, "->", c.t, "| mlflow", c.ok, "| ours", ok, err);
  }
});
