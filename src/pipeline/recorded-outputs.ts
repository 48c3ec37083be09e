import { compileValueText } from "../codec/encode/values.js";
import { type Batch, UNNAMED } from "../core/batch.js";
import { fromFloat16Bits } from "../core/float16.js";
import { JsonFloat, type JsonValue, parseJsonText } from "../core/json.js";
import type { Column } from "../core/tensor.js";
import type { RecordedOutput } from "../format/self-test-file.js";

/** A model's answer with every digit, in the order in which the model gives it. Throws `model_failed`. */
export function recordOutputs(batch: Batch): RecordedOutput[] {
  switch (batch.kind) {
    case "tensors":
      return Array.from(batch.tensors, ([name, tensor]) => ({
        name,
        dtype: tensor.dtype,
        shape: [...tensor.shape],
        data: recordElements(tensor),
      }));
    case "columns":
      return Array.from(batch.columns, ([name, column]) => ({
        name,
        dtype: column.dtype,
        shape: [batch.rows],
        data: recordElements(column),
      }));
    case "value":
      return [{ name: UNNAMED, dtype: "object", shape: [], data: [recordValue(batch.value)] }];
  }
}

function recordElements(column: Column): JsonValue[] {
  switch (column.dtype) {
    case "float16":
      return Array.from(column.data, (bits) => recordFloat(fromFloat16Bits(bits)));
    case "float32":
    case "float64":
      return Array.from(column.data, recordFloat);
    case "bool":
      return Array.from(column.data, (value) => value !== 0);
    case "binary":
      return column.data.map((bytes) => Buffer.from(bytes).toString("base64"));
    case "object":
      return column.data.map(recordValue);
    default:
      return Array.from<JsonValue>(column.data);
  }
}

function recordFloat(value: number): JsonValue {
  return Number.isFinite(value) ? new JsonFloat(value) : String(value);
}

const EVERY_DIGIT = { nonFinite: "string", float32: "widened" } as const;

/** As an answer to a request could spell it. */
function recordValue(value: unknown): JsonValue {
  return parseJsonText(compileValueText(EVERY_DIGIT)(value));
}
