import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { writeBaseLayout } from "../support/base-layout.js";
import { writeFunction } from "../support/function-model.js";
import { startRegistry } from "../support/registry-server.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
const at = (name: string): string => join(terminal.cwd, name);
beforeAll(async () => {
  terminal = openTerminal();
  await writeBaseLayout(at("base"), { platforms: ["linux/amd64", "linux/arm64"] });
  await writeBaseLayout(at("alpine"), { layers: [["etc/alpine-release", "usr/local/bin/node"]] });
  await writeBaseLayout(at("empty"), { layers: [["lib/x86_64-linux-gnu/ld-linux-x86-64.so.2"]] });
  await packFunction("iris.tar", "(rows) => rows.length");
  await packFunction("changed.tar", "(rows) => rows.length + 1");
});
afterAll(() => terminal[Symbol.dispose]());

/** A small model: its image has no native libraries to compress. */
async function packFunction(output: string, code: string): Promise<void> {
  writeFunction(at("function"), `export default ${code};`, { inputs: [{ name: "x", type: "double" }] });
  const packed = await terminal.run(["pack", "function", "--name", "iris", "-o", output, "--no-self-test"]);
  expect(packed).toMatchObject({ code: 0 });
}

const BASE = ["--base-image", "oci:base", "--platform", "linux/amd64"];

async function build(...args: string[]) {
  const { code, stdout, stderr, left } = await terminal.run(["build-image", ...args, "--json"]);
  expect({ code, stderr, left }).toEqual({ code: 0, stderr: "", left: [] });
  return JSON.parse(stdout);
}

const digests = ({ platforms }: { platforms: { layers: { title: string; digest?: string }[] }[] }) =>
  Object.fromEntries((platforms[0]?.layers ?? []).map(({ title, digest }) => [title, digest]));

describe("mlserve build-image", () => {
  it("gives the same image from another folder, at another time", async () => {
    cpSync(at("function"), at("elsewhere/function"), { recursive: true });
    const first = await build("function", "-o", "1.tar", ...BASE);
    expect((await build("elsewhere/function", "-o", "2.tar", ...BASE)).digest).toBe(first.digest);
    expect(readFileSync(at("1.tar")).equals(readFileSync(at("2.tar")))).toBe(true);
  });

  it("changes the layer of the model alone when the model changes", async () => {
    const before = digests(await build("iris.tar", "-o", "before.tar", ...BASE));
    const after = digests(await build("changed.tar", "-o", "after.tar", ...BASE));
    expect(after.runtime).toBe(before.runtime);
    expect(after.model).not.toBe(before.model);
  });

  it("puts both platforms into one index, with one layer of the model", async () => {
    const told = await build(
      "iris.tar",
      "-o",
      "both.tar",
      "--base-image",
      "oci:base",
      "--platform",
      "linux/amd64,linux/arm64",
    );
    expect(told.platforms.map(({ platform }: { platform: string }) => platform)).toEqual([
      "linux/amd64",
      "linux/arm64",
    ]);
    const [amd64, arm64] = told.platforms.map((platform: object) => digests({ platforms: [platform as never] }));
    expect(arm64.model).toBe(amd64.model);
    // Of a function, it has no native files.
    expect(arm64.runtime).toBe(amd64.runtime);
    const listed = execFileSync("tar", ["tf", at("both.tar")], { encoding: "utf8" });
    expect(listed).toContain(`blobs/${told.digest.replace(":", "/")}`);
  });

  it("tells a person the sizes by layer", async () => {
    const { code, stdout } = await terminal.run([
      "build-image",
      "iris.tar",
      "-o",
      "told.tar",
      "-t",
      "team/iris:2",
      ...BASE,
    ]);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^wrote team\/iris:2 into told\.tar, [\d.]+ [kM]B\n {2}base +[\d.]+ k?B\n {2}runtime +[\d.]+ [kM]B\n {2}model +[\d.]+ kB\ndigest: sha256:[0-9a-f]{64}\n$/,
    );
    const quiet = await terminal.run(["build-image", "iris.tar", "-o", "told.tar", "--quiet", ...BASE]);
    expect(quiet.stdout).toMatch(/^sha256:[0-9a-f]{64}\n$/);
  });

  it("keeps what it was given, whatever is in it", async () => {
    const wild = 'it\'s "$(rm -rf /)" `x` \\ {{json .}} \u00fc%';
    await build(
      "iris.tar",
      "-o",
      "wild.tar",
      ...BASE,
      "--label",
      `team.note=${wild}`,
      "--env",
      `NOTE=${wild}`,
      "--user",
      "1:2",
    );
    execFileSync("tar", ["xf", at("wild.tar"), "--one-top-level=wild"], { cwd: terminal.cwd });
    const [{ Config }] = JSON.parse(readFileSync(at("wild/manifest.json"), "utf8"));
    const { config } = JSON.parse(readFileSync(at(`wild/${Config}`), "utf8"));
    expect(config.Labels["team.note"]).toBe(wild);
    expect(config.Env).toContain(`NOTE=${wild}`);
    expect(config.User).toBe("1:2");
  });

  it("names an image after a model with any name", async () => {
    await terminal.run(["pack", "function", "--no-self-test", "--name", 'Ünter "Größe" / 5!', "-o", "odd.tar"]);
    const told = await build("odd.tar", "-o", "odd-image.tar", ...BASE);
    expect(told.image).toBe("docker.io/library/nter-gr-e-5:latest");
  });

  it("sends to a registry only what it does not have", async () => {
    await using registry = await startRegistry();
    const push = (model: string) => build(model, "--push", `${registry.host}/team/iris:1`, ...BASE);
    const sent = ({ blobs }: { blobs: { upload: string }[] }): number =>
      blobs.filter(({ upload }) => upload === "sent").length;
    expect(sent(await push("iris.tar"))).toBe(5);
    const again = await push("iris.tar");
    expect(sent(again)).toBe(0);
    expect(registry.manifests.has(again.digest)).toBe(true);
    // A layer and a config: of the model that was changed.
    expect(sent(await push("changed.tar"))).toBe(2);
  });

  it.each([
    { args: [], code: 2, said: "--output: expected a file or a registry to write the image to" },
    { args: ["-o", "no.tar", "--base-image", "oci:alpine"], code: 3, said: 'alpine": is built on musl (Alpine)' },
    { args: ["-o", "no.tar", "--base-image", "oci:empty"], code: 3, said: 'empty": has no Node in it' },
    { args: ["-o", "no.tar", "--base-image", "oci:nowhere"], code: 3, said: 'nowhere": has no index.json' },
    { args: ["-o", "no.tar", "--base-image", "oci:base:other"], code: 3, said: 'There are "base"' },
    { args: ["-o", "no.tar", "--base-image", "dir:base"], code: 2, said: 'images cannot be read from "dir"' },
    { args: ["-o", "no.tar", ...BASE, "--max-size", "1kB"], code: 3, said: "--max-size: the image has" },
    { args: ["-o", "no.tar", ...BASE, "--platform", "linux/s390x"], code: 2, said: "--platform: expected one of" },
    { args: ["-o", "no.tar.gz", ...BASE], code: 2, said: "an image is written as a .tar" },
    { args: ["-o", "no.tar", ...BASE, "-t", "Iris"], code: 2, said: "--tag: names of images are in lower case" },
    { args: ["-o", "nowhere/no.tar", ...BASE], code: 5, said: "its folder does not exist" },
    { args: ["--push", "127.0.0.1:1/a:1", ...BASE], code: 5, said: "the registry cannot be reached: " },
    { args: ["--push", `a@sha256:${"0".repeat(64)}`, ...BASE], code: 2, said: "expected a tag to push to" },
  ])("refuses $args in one line", async ({ args, code, said }) => {
    const result = await terminal.run(["build-image", "iris.tar", ...args]);
    expect(result).toMatchObject({ code, stdout: "", left: [] });
    expect(result.stderr).toContain(said);
    expect(result.stderr.trimEnd().split("\n")).toHaveLength(1);
    expect(existsSync(at("no.tar"))).toBe(false);
    expect(readdirSync(terminal.cwd).filter((name) => name.startsWith(".mlserve"))).toEqual([]);
  });
});
