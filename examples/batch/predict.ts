import type { FunctionContext, LoadContext, OpenedModel } from "mlserve";
import * as z from "zod/mini";

const MEASURES = ["sepal length (cm)", "sepal width (cm)", "petal length (cm)", "petal width (cm)"] as const;
const SPECIES = ["setosa", "versicolor", "virginica"];

export const input = z.object({
  "sepal length (cm)": z.number(),
  "sepal width (cm)": z.number(),
  "petal length (cm)": z.number(),
  "petal width (cm)": z.number(),
});
export const output = z.object({ guess: z.string(), confidence: z.number() });

type Flower = z.infer<typeof input>;
interface State {
  classifier: OpenedModel<"output_label" | "output_probability">;
}

export async function load({ open }: LoadContext): Promise<State> {
  return { classifier: await open("model.onnx") };
}

/** The species of each flower, by name. One with a measure missing is refused, as the network would say anything. */
export default async function predict(flowers: Flower[], { state }: FunctionContext<State>) {
  for (const measure of MEASURES)
    if (flowers.some((flower) => flower[measure] === null)) throw refusal(`a flower has no ${measure}`);
  const data = Float32Array.from(flowers.flatMap((flower) => MEASURES.map((measure) => flower[measure])));
  const { output_label, output_probability } = await state.classifier.predict({
    X: { dtype: "float32", shape: [flowers.length, MEASURES.length], data },
  });
  return flowers.map((_, row) => {
    const label = Number(output_label.data[row]);
    const chances = output_probability.data[row] as Map<string, number>;
    return { guess: SPECIES[label], confidence: chances.get(String(label)) };
  });
}

/** An error of the caller's: its message is for whoever sent the row. */
function refusal(message: string): Error {
  return Object.assign(new Error(message), { status: 400 });
}
