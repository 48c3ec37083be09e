import { MlserveError, quoteName } from "../../core/errors.js";

/** The one that has the name, or the only one where none is asked for. Throws `invalid_image` listing the names. */
export function chooseNamed<T>(
  candidates: readonly T[],
  namesOf: (candidate: T) => readonly string[],
  name: string | undefined,
  where: string,
): T {
  const named = name === undefined ? candidates : candidates.filter((each) => namesOf(each).includes(name));
  const [first, ...others] = named;
  if (first !== undefined && others.length === 0) return first;
  const names = candidates.flatMap(namesOf);
  const hint = names.length === 0 ? undefined : `There are ${names.map(quoteName).join(", ")}: name one behind a colon`;
  const reason = first === undefined ? "has no such image" : "has several images";
  throw new MlserveError("invalid_image", reason, { where, ...(hint === undefined ? {} : { hint }) });
}
