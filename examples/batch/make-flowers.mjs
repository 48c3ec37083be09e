/*
 * Makes flowers.parquet: the 150 flowers that Edgar Anderson measured and R. A. Fisher published in 1936 (iris.csv), ten
 * times over, as a table that is worth a batch: a number for each, and a petal that nobody measured here and there.
 *
 *   node make-flowers.mjs
 */
import { readFileSync, writeFileSync } from "node:fs";
import { parquetWriteBuffer } from "hyparquet-writer";

const TIMES = 10;
/** One flower in so many has no petal width. */
const GAP = 400;

const [head, ...lines] = readFileSync(new URL("iris.csv", import.meta.url), "utf8").trim().split("\n");
const names = head.split(",");
const flowers = Array.from({ length: TIMES }, () => lines.map((line) => line.split(","))).flat();

const columnData = names.map((name, i) => {
  const cells = flowers.map((cells) => cells[i]);
  if (name === "species") return { name, data: cells, type: "STRING" };
  const isMissing = (row) => name === "petal width (cm)" && row % GAP === GAP - 1;
  return { name, data: cells.map((cell, row) => (isMissing(row) ? null : Number(cell))), type: "DOUBLE", nullable: true };
});
const id = { name: "id", data: Int32Array.from(flowers, (_, row) => row), type: "INT32" };

const file = parquetWriteBuffer({ columnData: [id, ...columnData], rowGroupSize: 500 });
writeFileSync(new URL("flowers.parquet", import.meta.url), new Uint8Array(file));
console.log(`${flowers.length} flowers`);
