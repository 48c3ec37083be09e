import * as z from "zod/mini";
import { toPlainText } from "./plain-text";

/** Articles: their text may have tags in it. */
export const input = z.object({ title: z.string(), body: z.optional(z.string()) });
export const output = z.object({ topic: z.nullable(z.string()), confidence: z.number() });
export const params = z.object({ threshold: z._default(z.number(), 0.5) });

interface Article {
  title: string;
  body?: string;
}

interface Tensor {
  dtype: string;
  shape: number[];
  data: ArrayLike<unknown>;
}

interface Classifier {
  predict(inputs: Record<string, Tensor>): Promise<{ label: Tensor; probabilities: Tensor }>;
}

export async function load({ open }: { open(name: string): Promise<Classifier> }) {
  return { classifier: await open("model.onnx") };
}

/** The topic of each article; none where the network is not sure enough. */
export default async function predict(
  articles: Article[],
  { params, state }: { params: { threshold: number }; state: { classifier: Classifier } },
) {
  if (articles.length === 0) return [];
  const data = articles.map(({ title, body = "" }) => toPlainText(`${title} ${body}`));
  const text = { dtype: "string", shape: [data.length, 1], data };
  const { label, probabilities } = await state.classifier.predict({ text });
  const [, classes = 1] = probabilities.shape;
  return articles.map((_, row) => {
    const chances = Array.from(probabilities.data as ArrayLike<number>).slice(row * classes, (row + 1) * classes);
    const confidence = Math.max(...chances);
    return { topic: confidence < params.threshold ? null : label.data[row], confidence };
  });
}
