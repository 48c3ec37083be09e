import { MlserveError } from "../core/errors.js";

/**
 * Waits for two that work on one stream, each of which fails when the other does.
 *
 * Throws the reason of the first to fail, or the first that we gave ourselves; `onFailure` ends the other one.
 */
export async function bothOrFirstFailure<A, B>(
  a: Promise<A>,
  b: Promise<B>,
  onFailure: () => void = () => {},
): Promise<[A, B]> {
  const failures: unknown[] = [];
  const note = (error: unknown): never => {
    failures.push(error);
    onFailure();
    throw error;
  };
  const [first, second] = await Promise.allSettled([a.catch(note), b.catch(note)]);
  if (first.status === "fulfilled" && second.status === "fulfilled") return [first.value, second.value];
  throw failures.find((error) => error instanceof MlserveError) ?? failures[0];
}
