import { type Answer, findDifference } from "../support/golden.js";

/**
 * Why mlserve's answer is not the one that MLflow gave just now; undefined when it is.
 *
 * Numbers may differ by the runtimes' rounding; errors agree by status and `error_code`.
 */
export function findDisagreement(body: string, mlflow: Answer, mlserve: Answer): string | undefined {
  const expect = { status: mlflow.status, json: parsePythonJson(mlflow.text) };
  const request = { id: "", model: "", kind: "", method: "POST", path: "/invocations", headers: {}, body, expect };
  const difference = findDifference(request, mlserve);
  return difference === undefined ? undefined : `${body}: ${difference}`;
}

/** MLflow writes bare NaN and Infinity, where mlserve writes null. */
function parsePythonJson(text: string): unknown {
  return JSON.parse(
    text.replace(/"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g, (word) => (word.startsWith('"') ? word : "null")),
  );
}
