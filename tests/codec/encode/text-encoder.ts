import { compileElementTexts } from "../../../src/codec/encode/elements.js";
import { nestedText } from "../../../src/codec/encode/nested-text.js";
import type { NumberStyle } from "../../../src/codec/encode/number-style.js";
import type { Encoder } from "../../../src/codec/encode/predictions.js";
import { compileValueText } from "../../../src/codec/encode/values.js";
import { type Batch, type TensorsBatch, UNNAMED } from "../../../src/core/batch.js";
import { type Column, elementCount, type Tensor } from "../../../src/core/tensor.js";

/**
 * The encoder of JSON answers by putting texts together: slow and obvious, what the encoder of bytes is compared with.
 *
 * A table is answered by a list of records, one per row; tensors by an object of nested lists in full shape. All but an
 * unwrapped request find it under `predictions`.
 */
export function compileTextEncoder(style: NumberStyle = {}): Encoder {
  const elementText = compileElementTexts(style);
  const valueText = compileValueText(style);

  function outputsText(batch: Batch, tableRows: number | undefined): string {
    switch (batch.kind) {
      case "value":
        return valueText(batch.value);
      case "columns":
        return recordsText(
          Array.from(batch.columns, ([name, column]) => columnField(name, column)),
          batch.rows,
        );
      case "tensors":
        return tableRows === undefined || batch.tensors.has(UNNAMED) ? tensorsText(batch) : tableText(batch, tableRows);
    }
  }

  /** Outputs of a model that was given a table. */
  function tableText(batch: TensorsBatch, rows: number): string {
    const outputs = [...batch.tensors];
    if (outputs.every(([, { shape }]) => shape[0] === rows)) {
      return recordsText(
        outputs.map(([name, tensor]) => rowField(name, tensor)),
        rows,
      );
    }
    // MLflow lays every output out flat; where that makes no table either, the outputs are given as they are.
    const lengths = new Set(outputs.map(([, { shape }]) => elementCount(shape)));
    const [length] = lengths;
    if (lengths.size !== 1 || length === undefined) return tensorsText(batch);
    return recordsText(
      outputs.map(([name, tensor]) => rowField(name, { ...tensor, shape: [length] })),
      length,
    );
  }

  function columnField(name: string, { dtype, data }: Column): RecordField {
    const text = elementText(dtype, "cell");
    return { name, text: (row) => text(data, row) };
  }

  /** One value per row is a scalar; several are a list in the cell. */
  function rowField(name: string, { dtype, shape, data }: Tensor): RecordField {
    const text = elementText(dtype, "cell");
    const inner = shape.slice(1);
    const size = elementCount(inner);
    if (size === 1) return { name, text: (row) => text(data, row) };
    return { name, text: (row) => nestedText(inner, (index) => text(data, index), row * size) };
  }

  function tensorsText({ tensors }: TensorsBatch): string {
    const only = tensors.size === 1 ? tensors.get(UNNAMED) : undefined;
    if (only !== undefined) return tensorText(only);
    return `{${Array.from(tensors, ([name, tensor]) => `${JSON.stringify(name)}:${tensorText(tensor)}`).join(",")}}`;
  }

  function tensorText({ dtype, shape, data }: Tensor): string {
    const text = elementText(dtype, "tensor");
    return nestedText(shape, (index) => text(data, index), 0);
  }

  return (batch, { form, tableRows }) => {
    const text = outputsText(batch, tableRows);
    return Buffer.from(form === "unwrapped" ? text : `{"predictions":${text}}`, "utf8");
  };
}

interface RecordField {
  readonly name: string;
  readonly text: (row: number) => string;
}

function recordsText(fields: readonly RecordField[], rows: number): string {
  const keys = fields.map(({ name }) => JSON.stringify(name));
  let text = "[";
  for (let row = 0; row < rows; row++) {
    text += row === 0 ? "{" : ",{";
    for (let f = 0; f < fields.length; f++) text += `${f === 0 ? "" : ","}${keys[f]}:${fields[f]?.text(row)}`;
    text += "}";
  }
  return `${text}]`;
}
