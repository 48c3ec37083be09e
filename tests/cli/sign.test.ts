import { execFileSync } from "node:child_process";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { fixture, IRIS_REQUEST, rewrite } from "./models.js";
import { openTerminal, type Terminal } from "./terminal.js";

let terminal: Terminal;
beforeAll(async () => {
  terminal = openTerminal();
  await terminal.run(["keygen", "team"]);
  await terminal.run(["keygen", "other"]);
  await terminal.run(["pack", fixture("iris_zipmap"), "--name", "iris", "-o", "plain.tar"]);
  await terminal.run(["sign", "plain.tar", "--key", "team.key", "-o", "iris.tar"]);
  execFileSync("tar", ["xf", "iris.tar", "--one-top-level=folder"], { cwd: terminal.cwd });
});
afterAll(() => terminal[Symbol.dispose]());

const at = (name: string): string => join(terminal.cwd, name);
const idOf = async (name: string): Promise<string> => {
  const { stdout } = await terminal.run(["sign", "copy.tar", "--key", `${name}.key`, "--json"]);
  return JSON.parse(stdout).signer;
};

describe("mlserve keygen", () => {
  it("makes a key that only its owner can read, and overwrites none", async () => {
    expect(statSync(at("team.key")).mode & 0o777).toBe(0o600);
    const before = readFileSync(at("team.key"), "utf8");
    const again = await terminal.run(["keygen", "team"]);
    expect(again).toMatchObject({ code: 5, stdout: "" });
    expect(again.stderr).toBe('mlserve: error: "team.key": is there already, and is not overwritten\n');
    expect(readFileSync(at("team.key"), "utf8")).toBe(before);
  });
});

describe("mlserve sign and verify", () => {
  it("tell whose a package is", async () => {
    copyFileSync(at("plain.tar"), at("copy.tar"));
    const id = await idOf("team");
    const { code, stdout, left } = await terminal.run(["verify", "iris.tar", "--trust", "team.pub"]);
    expect({ code, left }).toEqual({ code: 0, left: [] });
    expect(stdout).toMatch(new RegExp(`^iris is signed by ${id}, and its \\d+ files are those that were signed\n$`));
  });

  it("leave everything else of a package as it was", async () => {
    const entries = (name: string): string => execFileSync("tar", ["tf", at(name)], { encoding: "utf8" });
    expect(entries("iris.tar")).toBe(`${entries("plain.tar")}SHA256SUMS.sig\n`);
    const digest = async (name: string) => JSON.parse((await terminal.run(["inspect", name, "--json"])).stdout).digest;
    expect(await digest("iris.tar")).toBe(await digest("plain.tar"));
  });

  it("keep the signatures of others", async () => {
    copyFileSync(at("iris.tar"), at("both.tar"));
    await terminal.run(["sign", "both.tar", "--key", "other.key"]);
    for (const key of ["team.pub", "other.pub"])
      expect(await terminal.run(["verify", "both.tar", "--trust", key])).toMatchObject({ code: 0 });
  });

  it("sign a folder where it is", async () => {
    expect(await terminal.run(["sign", "folder", "--key", "other.key"])).toMatchObject({ code: 0, stderr: "" });
    expect(await terminal.run(["verify", "folder", "--trust", "other.pub"])).toMatchObject({ code: 0 });
    const named = await terminal.run(["sign", "folder", "--key", "other.key", "-o", "x.tar"]);
    expect(named).toMatchObject({ code: 2, stderr: expect.stringContaining("a folder is signed where it is") });
  });

  it("make what OpenSSL can check", () => {
    const line = readFileSync(at("folder/SHA256SUMS.sig"), "utf8").split("\n")[0] ?? "";
    writeFileSync(at("signature"), Buffer.from(line.split(" ")[2] ?? "", "base64"));
    const args = "pkeyutl -verify -pubin -inkey team.pub -rawin -in folder/SHA256SUMS -sigfile signature".split(" ");
    expect(execFileSync("openssl", args, { cwd: terminal.cwd, encoding: "utf8" })).toContain("Verified Successfully");
  });

  it.each([
    { args: ["sign", "iris.tar"], code: 2, said: "--key: expected the file of a private key" },
    { args: ["sign", "iris.tar", "--key", "team.pub"], code: 2, said: "--key: expected an Ed25519 private key" },
    { args: ["sign", "iris.tar", "--key", "none"], code: 2, said: "--key: the file cannot be read" },
    { args: ["sign", fixture("iris_zipmap"), "--key", "team.key"], code: 3, said: "the model has no SHA256SUMS" },
    { args: ["verify", "iris.tar"], code: 2, said: "--trust: expected the public keys that you trust" },
    { args: ["verify", "iris.tar", "--trust", "team.key"], code: 2, said: "expected a public key, got a private one" },
  ])("refuse $args in one line", async ({ args, code, said }) => {
    const outcome = await terminal.run(args);
    expect(outcome).toMatchObject({ code, stdout: "", left: [] });
    expect(outcome.stderr).toMatch(/^mlserve: error: [^\n]*\n$/);
    expect(outcome.stderr).toContain(said);
  });
});

describe("--trust", () => {
  it("is an error of validate among others", async () => {
    const { code, stdout } = await terminal.run(["validate", "plain.tar", "--trust", "team.pub"]);
    expect({ code, stdout }).toMatchObject({
      code: 3,
      stdout: expect.stringContaining("signer  the model is not signed"),
    });
    expect(await terminal.run(["validate", "iris.tar", "--trust", "team.pub"])).toMatchObject({ code: 0 });
  });

  it.each(["predict", "serve", "inspect", "test"])("refuses a package that nobody signed: %s", async (name) => {
    const { code, stderr } = await terminal.run([name, "plain.tar", "--trust", "team.pub"], { stdin: IRIS_REQUEST });
    expect(stderr).toContain("the model is not signed");
    expect(code).toBe(3);
  });

  it("refuses one that others signed, and takes one that one of the keys has", async () => {
    const ask = (...keys: string[]) =>
      terminal.run(["predict", "iris.tar", ...keys.flatMap((key) => ["--trust", key])], { stdin: IRIS_REQUEST });
    expect(await ask("other.pub")).toMatchObject({ code: 3, stderr: expect.stringContaining("by none of the keys") });
    expect(await ask("other.pub", "team.pub")).toMatchObject({ code: 0 });
  });

  it.each([
    { name: "a file that was changed", file: "MLmodel", said: "is not the file that SHA256SUMS lists" },
    { name: "a list that was changed with it", file: "SHA256SUMS", said: "the model was changed after it was signed" },
    { name: "a signature that is none", file: "SHA256SUMS.sig", said: "SHA256SUMS.sig: line 1: expected ed25519" },
  ])("refuses $name", async ({ file, said }) => {
    execFileSync("tar", ["xf", "iris.tar", "--one-top-level=spoilt"], { cwd: terminal.cwd });
    rewrite(at(`spoilt/${file}`), (text) => text.replace(/[0-9a-f]/, (digit) => (digit === "a" ? "b" : "a")));
    const { code, stderr } = await terminal.run(["inspect", "spoilt", "--trust", "team.pub"]);
    expect(stderr).toContain(said);
    expect(code).toBe(3);
  });

  it("refuses source, which is packed on the way", async () => {
    writeFileSync(at("predict.mjs"), "export default () => [1];\n");
    const { code, stderr } = await terminal.run(["serve", "predict.mjs", "--trust", "team.pub"]);
    expect({ code, stderr }).toMatchObject({ code: 3, stderr: expect.stringContaining("nobody has signed") });
  });
});
