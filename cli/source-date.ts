import { MlserveError } from "../src/core/errors.js";
import type { Io } from "./io.js";

/** The date that reproducible builds give to every file (https://reproducible-builds.org/specs/source-date-epoch). */
export function readSourceDate({ environment }: Pick<Io, "environment">): Date | undefined {
  const seconds = environment.SOURCE_DATE_EPOCH;
  if (seconds === undefined || seconds === "") return undefined;
  if (!/^[0-9]{1,11}$/.test(seconds))
    throw new MlserveError("usage", "expected whole seconds since 1970", { where: "SOURCE_DATE_EPOCH" });
  return new Date(Number(seconds) * 1000);
}
