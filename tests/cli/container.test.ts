import { mkdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ContainerPlaces, containerLine } from "../../cli/container.js";
import { useTemporaryFolder } from "../support/temporary-folder.js";

const folder = useTemporaryFolder();

/** A container with a packed model called iris, and with what is put into the other folders. */
function places(): ContainerPlaces {
  mkdirSync(folder.at("packed", "iris"), { recursive: true });
  return {
    packed: folder.at("packed"),
    mounted: [folder.at("sagemaker"), folder.at("kserve")],
    firstProcess: folder.at("cmdline"),
  };
}

function mount(...names: readonly string[]): void {
  mkdirSync(folder.at(...names.slice(0, -1)), { recursive: true });
  folder.put(names.join("/"), "");
}

describe("the command line of a container", () => {
  const model = (): string => folder.at("packed", "iris");
  it.each([
    { words: [], line: ["serve", "MODEL"] },
    { words: ["serve"], line: ["serve", "MODEL"] },
    { words: ["serve", "--workers", "2"], line: ["serve", "MODEL", "--workers", "2"] },
    { words: ["--workers", "2"], line: ["serve", "MODEL", "--workers", "2"] },
    { words: ["inspect", "--json"], line: ["inspect", "MODEL", "--json"] },
    { words: ["serve", "/data/other.tar", "-p", "80"], line: ["serve", "/data/other.tar", "-p", "80"] },
    { words: ["/data/other.tar"], line: ["serve", "/data/other.tar"] },
    { words: ["--version"], line: ["--version"] },
    { words: ["help", "serve"], line: ["help", "serve"] },
  ])("of $words is $line", async ({ words, line }) => {
    const { argv, mounted } = await containerLine(words, places());
    expect(argv).toEqual(line.map((word) => (word === "MODEL" ? model() : word)));
    expect(mounted).toBeUndefined();
  });

  it.each([
    { name: "a model's folder", files: [["kserve", "MLmodel"]], model: ["kserve"] },
    {
      name: "a model's folder beside what Kubernetes puts there",
      files: [
        ["kserve", "..data"],
        ["kserve", "MLmodel"],
      ],
      model: ["kserve"],
    },
    { name: "a folder in it", files: [["sagemaker", "iris", "MLmodel"]], model: ["sagemaker", "iris"] },
    { name: "a package", files: [["kserve", "iris.tar.gz"]], model: ["kserve", "iris.tar.gz"] },
    {
      name: "the first of both places",
      files: [
        ["sagemaker", "MLmodel"],
        ["kserve", "MLmodel"],
      ],
      model: ["sagemaker"],
    },
  ])("takes what is mounted: $name", async ({ files, model: found }) => {
    for (const names of files) mount(...names);
    const path = folder.at(...found);
    expect(await containerLine(["--quiet"], places())).toEqual({ argv: ["serve", path, "--quiet"], mounted: path });
  });

  it.each([
    { name: "files that are no model", files: [["kserve", "weights.bin"]] },
    {
      name: "two packages",
      files: [
        ["kserve", "a.tar"],
        ["kserve", "b.tar"],
      ],
    },
    { name: "a folder that holds none", files: [["kserve", "deep", "er", "MLmodel"]] },
  ])("refuses $name", async ({ files }) => {
    for (const names of files) mount(...names);
    await expect(containerLine([], places())).rejects.toMatchObject({ kind: "model_not_found" });
  });

  it("refuses an image without a model", async () => {
    await expect(containerLine([], { ...places(), packed: folder.at("nothing") })).rejects.toMatchObject({
      kind: "model_not_found",
      reason: "no model was packed into this image, and none is mounted",
    });
  });

  it.each([
    { words: ["node", "runtime.mjs", "container", "serve", "--port", "9000"], flags: ["--port", "9000"] },
    { words: ["node", "runtime.mjs", "container", "-p", "9000", "--host=::"], flags: ["-p", "9000", "--host=::"] },
    { words: ["node", "runtime.mjs", "container", "--workers", "2"], flags: [] },
  ])("asks for the health of $words where that was told to listen", async ({ words, flags }) => {
    const known = places();
    folder.put("cmdline", words.map((word) => `${word}\0`).join(""));
    expect((await containerLine(["health"], known)).argv).toEqual(["health", ...flags]);
  });
});
