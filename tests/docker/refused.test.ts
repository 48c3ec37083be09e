import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openWorkplace, type Workplace } from "../e2e/built-cli.js";
import { environment } from "./build-image.js";
import { BASE_IMAGE, docker, fixture } from "./docker.js";

let place: Workplace;
beforeAll(() => {
  place = openWorkplace();
});
afterAll(() => place[Symbol.dispose]());

const build = (more: readonly string[], env: Readonly<Record<string, string>> = environment) =>
  place.run(["build-docker", fixture("py_sum"), "-t", "refused:1", "--base-image", BASE_IMAGE, ...more], {
    environment: env,
  });

const images = (): string[] => docker("image", "ls", "--all", "--quiet").split("\n").sort();

describe("build-docker", () => {
  it.each([
    {
      name: "no engine on the path",
      more: [],
      env: { PATH: "" },
      code: 5,
      says: "docker, podman, buildah: not installed here. Install one; or",
    },
    {
      name: "an engine that is not there",
      more: ["--engine", "podman"],
      env: { PATH: "" },
      code: 5,
      says: "podman: not installed here",
    },
    {
      name: "a daemon that is not running",
      more: [],
      env: { DOCKER_HOST: "unix:///nowhere/docker.sock" },
      code: 5,
      says: "docker cannot reach its daemon: ",
    },
    {
      name: "a base image that is nowhere",
      more: ["--base-image", "127.0.0.1:1/no/such:image"],
      env: environment,
      code: 5,
      says: "docker build failed: ",
    },
    {
      name: "an image that is too large with its base",
      more: ["--max-size", "100MB"],
      env: environment,
      code: 3,
      says: "--max-size: the image has ",
    },
    {
      name: "an image that is too large whatever its base is",
      more: ["--max-size", "100KB"],
      env: environment,
      code: 3,
      says: "--max-size: the image has ",
    },
  ])("refuses $name in one line, and leaves nothing behind", async ({ more, env, code, says }) => {
    const before = images();
    const ended = await build(more, env);
    expect(ended.stderr).toContain(`mlserve: error: ${says}`);
    expect(ended.stderr.trim().split("\n")).toHaveLength(1);
    expect(ended).toMatchObject({ code, stdout: "", left: [] });
    expect(images()).toEqual(before);
  });

  it("keeps an image that is now too large, but has a name from before", async () => {
    expect(await build([])).toMatchObject({ code: 0 });
    expect(await build(["--max-size", "100MB", "-t", "refused:2"])).toMatchObject({ code: 3 });
    expect(docker("image", "ls", "--format", "{{.Tag}}", "refused")).toBe("1");
    docker("image", "rm", "refused:1");
  });

  it("says with --verbose all that the engine says", async () => {
    const { code, stderr } = await build(["--base-image", "127.0.0.1:1/no/such:image", "--verbose"]);
    expect(code).toBe(5);
    expect(stderr).toContain("FROM --platform=");
  });

  it("only writes the context where no name is given, without an engine", async () => {
    const args = ["build-docker", fixture("py_sum"), "--context", "made", "--base-image", BASE_IMAGE];
    const { code, stdout } = await place.run(args, { environment: { PATH: "" } });
    expect({ code, first: stdout.split("\n")[0] }).toEqual({
      code: 0,
      first: "wrote the context of an image to made: docker build made",
    });
    expect(readdirSync(join(place.cwd, "made")).sort()).toEqual(["Dockerfile", "model.tar", "runtime.tar"]);
  });
});
