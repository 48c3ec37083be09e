import type { FunctionContext } from "mlserve";
import * as z from "zod/mini";
import { classify } from "./classifier.js";

/** One flower, in centimetres. */
export const input = z.object({
  sepal_length: z.number(),
  sepal_width: z.number(),
  petal_length: z.number(),
  petal_width: z.number(),
});
export const output = z.object({ species: z.nullable(z.string()), probability: z.number() });
export const params = z.object({ threshold: z._default(z.number(), 0.5) });

type Flower = z.infer<typeof input>;
type Context = FunctionContext<undefined, z.infer<typeof params>>;

/** The species of each flower; none where the model is not sure enough. */
export function predict(flowers: Flower[], { params: { threshold } }: Context): z.infer<typeof output>[] {
  return flowers.map(({ sepal_length, sepal_width, petal_length, petal_width }) => {
    const { species, probability } = classify([sepal_length, sepal_width, petal_length, petal_width]);
    return { species: probability < threshold ? null : species, probability };
  });
}
