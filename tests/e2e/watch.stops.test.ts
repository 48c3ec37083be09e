import { writeFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import { descendantsOf, isAlive } from "../support/process-tree.js";
import { SOON, useWatchers } from "./watchers.js";

const { project, serve } = useWatchers();

describe.runIf(process.platform === "linux")("serve --watch that is told to stop", () => {
  it.each([
    { name: "packs", code: 'console.error("loading");\nawait new Promise((resolve) => setTimeout(resolve, 1e6));' },
    { name: "blocks", code: 'console.error("loading");\nfor (;;);' },
    {
      name: "loads",
      code: 'export const load = () => { console.error("loading"); for (;;); };\nexport default () => 1;',
    },
  ])("while it $name leaves no process and no file", async ({ name, code }) => {
    const at = project(`stopped-${name}`, { "predict.mjs": 'export default () => "good";' });
    const server = await serve(`stopped-${name}`);
    writeFileSync(at("predict.mjs"), code);
    await server.complains(/loading/);
    const family = descendantsOf(server.child.pid ?? 0);
    expect(family.length).toBeGreaterThanOrEqual(2);
    server.child.kill("SIGTERM");
    expect(await server.ended).toMatchObject({ code: 0, left: [] });
    await vi.waitFor(() => expect(family.filter(isAlive)).toEqual([]), SOON);
  });

  it("ends with what it has started when it is killed", async () => {
    const at = project("killed", { "predict.mjs": 'export default () => "good";' });
    const server = await serve("killed");
    writeFileSync(at("predict.mjs"), 'console.error("loading");\nfor (;;);');
    await server.complains(/loading/);
    const family = descendantsOf(server.child.pid ?? 0);
    server.child.kill("SIGKILL");
    await vi.waitFor(() => expect(family.filter(isAlive)).toEqual([]), SOON);
  });
});
