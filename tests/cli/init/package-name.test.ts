import { expect, it } from "vitest";
import { toPackageName } from "../../../cli/init/package-name.js";

it.each([
  { folder: "churn", name: "churn" },
  { folder: "My Model (2)", name: "my-model-2" },
  { folder: "Häuser", name: "hauser" },
  { folder: ".hidden_", name: "hidden" },
  { folder: "模型", name: "model" },
  { folder: "", name: "model" },
  { folder: "mlserve", name: "mlserve-model" },
  { folder: "zod", name: "zod-model" },
  { folder: "node_modules", name: "node_modules-model" },
  { folder: "a".repeat(300), name: "a".repeat(100) },
])("calls the package of the folder $folder $name", ({ folder, name }) => {
  expect(toPackageName(folder, ["zod"])).toBe(name);
});
