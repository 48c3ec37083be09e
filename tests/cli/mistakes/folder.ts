import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixture, IRIS_REQUEST, SKLEARN_MLMODEL } from "../models.js";
import type { Terminal } from "../terminal.js";

const PYFUNC_MLMODEL = `flavors:
  python_function:
    loader_module: mlflow.pyfunc.model
    python_version: 3.11.7
mlflow_version: 3.17.2
`;

/** A folder as a person has it: models, requests and tables, and what is none of them. */
export async function fillFolder({ cwd, run }: Terminal): Promise<void> {
  cpSync(fixture("iris_zipmap"), join(cwd, "iris"), { recursive: true });
  cpSync(join(cwd, "iris/model.onnx"), join(cwd, "flowers.onnx"));
  for (const folder of ["empty", "sklearn", "pyfunc", "sub"]) mkdirSync(join(cwd, folder));
  for (const [name, content] of Object.entries(FILES)) writeFileSync(join(cwd, name), content);
  await run(["pack", "iris", "-o", "iris.tar"]);
}

const FILES: Readonly<Record<string, string | Uint8Array>> = {
  "request.json": IRIS_REQUEST,
  "flowers.csv": "sepal length (cm),sepal width (cm),petal length (cm),petal width (cm)\n5.1,3.5,1.4,0.2\n",
  "empty.json": "",
  "empty.csv": "",
  "header.csv": "sepal length (cm)\n5.1\n",
  "other.json": '{"a": 1}',
  "latin.json": Buffer.from('{"inputs": "\u00e9"}', "latin1"),
  "notes.txt": "hello\n",
  "cases.jsonl": '{"body": {"inputs": []}, "expct": 1}\n',
  "model.pkl": "x",
  "model.pt": "x",
  "model.safetensors": "x",
  "model.h5": "x",
  "model.joblib": "x",
  "model.cbm": "x",
  "model.zip": "PK\u0003\u0004 and so on",
  "sklearn/MLmodel": SKLEARN_MLMODEL,
  "sklearn/model.pkl": "x",
  "pyfunc/MLmodel": PYFUNC_MLMODEL,
  "sub/model.json": "{}",
  "key.yaml": "portt: 80\n",
  "section.yaml": "srve:\n  port: 80\n",
  "other.yaml": "pack:\n  port: 80\n",
  "value.yaml": "serve:\n  port: high\n",
  "list.yaml": "- port\n",
  "fault.yaml": "serve:\n  port: 1\n host: x\n",
};
