import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { parseBlocks } from "../docs/page-blocks.js";
import { openWorkplace, ROOT } from "../e2e/built-cli.js";
import { runPython } from "./python.js";

const workplace = openWorkplace();
afterAll(() => workplace[Symbol.dispose]());

it("docs/moving-from-mlflow.md: MLflow's own client gets its predictions from mlserve", async () => {
  const page = readFileSync(join(ROOT, "docs/moving-from-mlflow.md"), "utf8");
  const [code, ...others] = parseBlocks(page).filter(({ language }) => language === "python");
  expect(others).toEqual([]);
  const server = workplace.start(["serve", join(ROOT, "examples/iris/model"), "--port", "0"]);
  const [, port = ""] = await server.find(/ at http:\/\/127\.0\.0\.1:(\d+)/);
  writeFileSync(join(workplace.cwd, "client.py"), code?.text.replace("5000", port) ?? "");
  const printed = await runPython(["client.py"], { cwd: workplace.cwd });
  expect(printed).toMatch(/output_label +output_probability\n0 +0 +\{.*\n1 +0 +\{/);
  server.child.kill("SIGTERM");
  expect(await server.ended).toMatchObject({ code: 0, left: [] });
});
