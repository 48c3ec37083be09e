import { mkdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { ChangeWatch } from "../../../cli/watch/change-watch.js";
import { useTemporaryFolder } from "../../support/temporary-folder.js";

const folder = useTemporaryFolder();
const at = (file: string): string => join(folder.path, "project", file);

function write(file: string, text: string): void {
  mkdirSync(dirname(at(file)), { recursive: true });
  writeFileSync(at(file), text);
}

const open: ChangeWatch[] = [];
afterEach(() => {
  for (const watch of open.splice(0)) watch[Symbol.dispose]();
});

async function start(file: string): Promise<ChangeWatch> {
  const watch = await ChangeWatch.start(at(file));
  open.push(watch);
  return watch;
}

const never = new AbortController().signal;

describe("a change", () => {
  it.each([
    { name: "of the file", change: () => write("predict.ts", "2") },
    { name: "of the same size and time", change: () => replaceUnseen("predict.ts", "2") },
    { name: "of another source", change: () => write("lib/other.ts", "2") },
    { name: "of data", change: () => write("words.txt", "2") },
    { name: "that makes a file", change: () => write("lib/new.txt", "2") },
    { name: "that removes a file", change: () => rmSync(at("words.txt")) },
    { name: "that puts another folder in its place", change: replaceFolder },
  ])("$name is seen, before and while it is waited for", async ({ change }) => {
    for (const [file, text] of Object.entries({ "predict.ts": "1", "lib/other.ts": "1", "words.txt": "1" }))
      write(file, text);
    const watch = await start("predict.ts");
    const waiting = watch.changed(never);
    change();
    const since = await waiting;
    expect(since).toBeLessThanOrEqual(performance.now());
    write("predict.ts", "other");
    expect(await watch.changed(never)).toBeGreaterThan(since);
  });

  it("is seen where nothing was when the watch began", async () => {
    const watch = await start("deeper/predict.ts");
    const waiting = watch.changed(never);
    write("deeper/predict.ts", "1");
    await waiting;
  });

  it("is waited for until the signal is aborted", async () => {
    write("predict.ts", "1");
    write("node_modules/dep/index.js", "1");
    const watch = await start("predict.ts");
    write("node_modules/dep/index.js", "2");
    write(".hidden", "2");
    const stop = new AbortController();
    const waiting = watch.changed(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/aborted/);
  });
});

describe("a file that is followed", () => {
  it("counts from then on", async () => {
    write("predict.ts", "1");
    write("../far.ts", "1");
    const watch = await start("predict.ts");
    await watch.follow([at("../far.ts")], Date.now() + 60_000);
    const waiting = watch.changed(never);
    write("../far.ts", "2");
    await waiting;
  });

  it("counts as changed when it was written after whoever read it began", async () => {
    write("predict.ts", "1");
    write("../far.ts", "1");
    const watch = await start("predict.ts");
    await watch.follow([at("../far.ts")], 0);
    await watch.changed(never);
  });

  it("counts no more when others are followed instead", async () => {
    write("predict.ts", "1");
    write("../far.ts", "1");
    const watch = await start("predict.ts");
    await watch.follow([at("../far.ts")], Date.now() + 60_000);
    await watch.follow([], Date.now());
    write("../far.ts", "2");
    const stop = new AbortController();
    const waiting = watch.changed(stop.signal);
    stop.abort();
    await expect(waiting).rejects.toThrow(/aborted/);
  });
});

/** As a save by renaming whose times somebody has set back. */
function replaceUnseen(file: string, text: string): void {
  write("../new", text);
  utimesSync(at("../new"), 1, 1);
  utimesSync(at(file), 1, 1);
  renameSync(at("../new"), at(file));
}

function replaceFolder(): void {
  renameSync(at(""), join(folder.path, "away"));
  write("predict.ts", "2");
}
