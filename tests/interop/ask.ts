import type { Workplace } from "../e2e/built-cli.js";
import type { Answer } from "../support/golden.js";

/** A body in another format than JSON. */
export interface TypedBody {
  /** For what a test has to say of it. */
  readonly name: string;
  readonly mediaType: string;
  readonly content: Uint8Array<ArrayBuffer>;
}

/** Sends a body, JSON where it does not say otherwise, to a scoring server. */
export async function ask(url: string, request: string | TypedBody): Promise<Answer> {
  const { mediaType, content } =
    typeof request === "string" ? { mediaType: "application/json", content: request } : request;
  const headers = { "content-type": mediaType };
  const response = await fetch(`${url}/invocations`, { method: "POST", headers, body: content });
  return {
    status: response.status,
    mediaType: response.headers.get("content-type"),
    text: await response.text(),
  };
}

/** Serves a model with the built program as long as `use` runs. */
export async function withMlserve<T>(
  workplace: Workplace,
  model: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const program = workplace.start(["serve", model, "--port", "0", "--coercion", "mlflow", "--float32", "widened"]);
  try {
    const [, url = ""] = await program.find(/ at (http:\S+) /);
    return await use(url);
  } finally {
    program.child.kill("SIGTERM");
    await program.ended;
  }
}

/** What MLflow's and mlserve's server say to each body, in the order of the bodies. */
export async function askBoth(
  workplace: Workplace,
  model: string,
  mlflowUrl: string,
  bodies: readonly (string | TypedBody)[],
): Promise<readonly { readonly body: string; readonly mlflow: Answer; readonly mlserve: Answer }[]> {
  return await withMlserve(workplace, model, async (url) => {
    const answers = [];
    for (const request of bodies) {
      const body = typeof request === "string" ? request : request.name;
      answers.push({ body, mlflow: await ask(mlflowUrl, request), mlserve: await ask(url, request) });
    }
    return answers;
  });
}
