import type { FunctionContext, LoadContext, OpenedModel } from "mlserve";
import * as z from "zod/mini";
import { toPlainText } from "./plain-text";

/** Articles: their text may have tags in it. */
export const input = z.object({ title: z.string(), body: z.optional(z.string()) });
export const output = z.object({ topic: z.nullable(z.string()), confidence: z.number() });
export const params = z.object({ threshold: z._default(z.number(), 0.5) });

interface State {
  classifier: OpenedModel<"label" | "probabilities">;
}

export async function load({ open }: LoadContext): Promise<State> {
  return { classifier: await open("model.onnx") };
}

/** The topic of each article; none where the network is not sure enough. */
export default async function predict(
  articles: z.infer<typeof input>[],
  { params: { threshold }, state }: FunctionContext<State, z.infer<typeof params>>,
) {
  if (articles.length === 0) return [];
  const data = articles.map(({ title, body = "" }) => toPlainText(`${title} ${body}`));
  const text = { dtype: "string", shape: [data.length, 1], data };
  const { label, probabilities } = await state.classifier.predict({ text });
  const [, classes = 1] = probabilities.shape;
  return articles.map((_, row) => {
    const chances = Array.from(probabilities.data, Number).slice(row * classes, (row + 1) * classes);
    const confidence = Math.max(...chances);
    return { topic: confidence < threshold ? null : label.data[row], confidence };
  });
}
