import { spawnSync } from "node:child_process";
import { copyFileSync, readFileSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../support/temporary-folder.js";
import { ROOT } from "./built-cli.js";

const BATCH = join(ROOT, "examples/batch");
const rowsOf = async (path: string) => parquetReadObjects({ file: await asyncBufferFromFile(path) });

describe("the example of a batch", () => {
  const folder = useTemporaryFolder();

  it("has the table that its script makes", async () => {
    for (const name of ["make-flowers.mjs", "iris.csv"]) copyFileSync(join(BATCH, name), join(folder.path, name));
    symlinkSync(join(ROOT, "node_modules"), join(folder.path, "node_modules"), "junction");
    const { status, stdout } = spawnSync(process.execPath, ["make-flowers.mjs"], {
      cwd: folder.path,
      encoding: "utf8",
    });
    expect({ status, stdout }).toEqual({ status: 0, stdout: "1500 flowers\n" });
    const rows = await rowsOf(join(folder.path, "flowers.parquet"));
    expect(rows).toHaveLength(1500);
    expect(rows).toEqual(await rowsOf(join(BATCH, "flowers.parquet")));
  });

  it("has the network of the example that trained it", () => {
    const network = readFileSync(join(ROOT, "examples/iris/model/model.onnx"));
    expect(readFileSync(join(BATCH, "model.onnx")).equals(network)).toBe(true);
  });
});
