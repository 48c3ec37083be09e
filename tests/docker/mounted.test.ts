import { chmodSync, cpSync, mkdirSync } from "node:fs";
import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { useTemporaryFolder } from "../support/temporary-folder.js";
import { buildImage } from "./build-image.js";
import { fixture, LOCKED, runContainer, runToEnd } from "./docker.js";

const image = "mounted/py_sum:1";
beforeAll(() => buildImage(fixture("py_sum"), image));

const folder = useTemporaryFolder();
// Whoever runs the container is not who made it.
beforeEach(() => chmodSync(folder.path, 0o755));
const mount = (target: string): readonly string[] => [...LOCKED, "--volume", `${folder.path}:${target}:ro`];

describe("a model that is mounted", () => {
  it.each([
    { name: "the folder of a model at SageMaker's place", target: "/opt/ml/model", inside: "" },
    { name: "the folder of a model at KServe's place", target: "/mnt/models", inside: "" },
    { name: "a folder that alone holds a model", target: "/mnt/models", inside: "py_params" },
  ])("goes before the packed one: $name", async ({ target, inside }) => {
    cpSync(fixture("py_params"), folder.at(inside), { recursive: true });
    mkdirSync(folder.at("lost+found"));
    const container = runContainer(image, mount(target));
    await container.becomes("healthy");
    expect(container.logs()).toContain(`the model mounted at ${target}`);
    expect(container.logs()).not.toContain("serving py_sum");
  });

  it("is passed over where nothing is mounted", async () => {
    const container = runContainer(image, mount("/mnt/models"));
    await container.becomes("healthy");
    expect(container.logs()).toContain("serving py_sum");
  });

  it("is refused where the user of the container may not read it", () => {
    chmodSync(folder.path, 0o700);
    const { code, stderr } = runToEnd(image, ["serve"], mount("/mnt/models"));
    expect({ code, stderr: stderr.trim() }).toEqual({
      code: 5,
      stderr: "mlserve: error: /mnt/models: permission denied",
    });
  });

  it("is refused where the files are none", () => {
    folder.put("weights.bin", "0");
    const { code, stderr } = runToEnd(image, ["serve"], mount("/opt/ml/model"));
    expect(code).toBe(3);
    expect(stderr.trim()).toBe(
      "mlserve: error: /opt/ml/model: files are mounted there, but they are no model. Mount the folder of a model, " +
        "with its MLmodel file, or a package alone in its folder",
    );
  });
});
