import { MlserveError, quoteName } from "../../core/errors.js";
import type { JsonValue } from "../../core/json.js";
import { elementPath } from "../../core/tensor.js";
import type { Refuse } from "./casts.js";
import { jsonKind } from "./json-kind.js";
import type { FlatList } from "./nested-list.js";

/** `column "age"`; the names of a signature may be told, those of a request may not. */
export function columnPlace(name: string | undefined, position: number): string {
  return name === undefined ? `column ${position}` : `column ${quoteName(name)}`;
}

/** Refuses a cell: `column "age", row 3: expected long, got string`. Rows count from 0. */
export function refuseCell(place: string, expected: string, cells: readonly JsonValue[]): Refuse {
  return (index, reason) => {
    throw new MlserveError("cast_failed", expectation(expected, cells[index], reason), {
      where: `${place}, row ${index}`,
    });
  };
}

/** Refuses an element: `inputs["x"][2][0]: expected float32, got string`. */
export function refuseElement(where: string, expected: string, list: FlatList): Refuse {
  return (index, reason) => {
    const place = where + elementPath(index, list.shape);
    throw new MlserveError("cast_failed", expectation(expected, list.values[index], reason), { where: place });
  };
}

function expectation(expected: string, value: JsonValue | undefined, reason: string | undefined): string {
  const kind = jsonKind(value);
  // "expected long, got string" says too little of a string that could have been a number.
  const got = kind === "string" ? "a string that is not one" : kind;
  return `expected ${expected}, got ${got}${reason === undefined ? "" : ` (${reason})`}`;
}
