import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { expect, it } from "vitest";
import { killGroup } from "../../src/workers/process-group.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

it("leaves everybody alone when the process was never started", async () => {
  const child = spawn(join(folder.path, "no-such-program"));
  const [error] = await once(child, "error");
  expect(error).toMatchObject({ code: "ENOENT" });
  killGroup(child);
  expect(child.pid).toBeUndefined();
});
