import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../e2e/built-cli.js";
import { fixture } from "./docker.js";

const PYTHON = process.env.MLSERVE_TEST_PYTHON ?? "python3";

let place: Workplace;
beforeAll(() => {
  place = openWorkplace();
});
afterAll(() => place[Symbol.dispose]());

const OPTIONS: readonly (readonly string[])[] = [
  [],
  ["--replicas", "3", "--cpus", "4", "--memory", "2500MB", "--port", "9000", "--name", "other"],
  ["--user", "0", "--drain-delay", "250ms", "--shutdown-grace", "1m"],
  ["--user", "22:22", "--port", "22", "--env", "A=$(B) $D: #", "--env", "NOTHING="],
];

async function write(target: string, more: readonly string[]): Promise<string> {
  const args = ["manifest", fixture("py_sum"), "--image", "registry.example/team/py-sum:1", "--target", target];
  const { code, stderr } = await place.run([...args, ...more, "-o", "manifest.yaml"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  return join(place.cwd, "manifest.yaml");
}

describe("the manifest for Kubernetes", () => {
  it.each(OPTIONS.map((options) => ({ options })))(
    "fits the schemas of old and new versions with $options",
    async ({ options }) => {
      const file = await write("kubernetes", options);
      for (const version of ["1.25", "1.37"]) {
        const check = ["-m", "kubernetes_validate", "--strict", "-k", version, file];
        expect(() => execFileSync(PYTHON, check, { stdio: "pipe" })).not.toThrow();
      }
    },
  );

  it("is checked by what finds a fault in it", async () => {
    const file = join(place.cwd, "wrong.yaml");
    writeFileSync(file, "apiVersion: v1\nkind: Service\nmetadata: { name: a }\nspec: { prots: [] }\n");
    const check = ["-m", "kubernetes_validate", "--strict", "-k", "1.37", file];
    expect(() => execFileSync(PYTHON, check, { stdio: "pipe" })).toThrow();
  });
});

const READ_COMPOSE = `
import json, sys, compose_spec
read = compose_spec.PyCompose.from_yaml(open(sys.argv[1]).read())
read.validate()
print(json.dumps(read.to_dict()))
`;

describe("the manifest for Compose", () => {
  it.each(OPTIONS.map((options) => ({ options })))("is read as it is meant with $options", async ({ options }) => {
    const file = await write("compose", options);
    const read = JSON.parse(execFileSync(PYTHON, ["-c", READ_COMPOSE, file], { encoding: "utf8" }));
    const [service] = Object.values<Record<string, unknown>>(read.services);
    expect(service).toMatchObject({ image: "registry.example/team/py-sum:1", read_only: true, cap_drop: ["ALL"] });
  });
});
