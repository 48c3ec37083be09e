import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";

// A writer of small ONNX files for tests: each function gives the bytes of one message of onnx.proto.

/** Numbers of element types (`TensorProto.DataType`). */
export const ELEMENT = {
  float32: 1,
  uint8: 2,
  int8: 3,
  uint16: 4,
  int16: 5,
  int32: 6,
  int64: 7,
  string: 8,
  bool: 9,
  float16: 10,
  float64: 11,
  uint32: 12,
  uint64: 13,
  complex64: 14,
  complex128: 15,
  bfloat16: 16,
  float8e4m3fn: 17,
  float8e5m2: 19,
  uint4: 21,
  int4: 22,
  float4e2m1: 23,
} as const;

export type Dim = number | string | undefined;

type Field = readonly [no: number, value: Uint8Array | string | number | bigint | undefined];

/** A message of fields in order: bytes and strings are length-delimited, numbers varints; undefined is left out. */
export function message(...fields: readonly Field[]): Uint8Array {
  const writer = new BinaryWriter();
  for (const [no, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === "string") writer.tag(no, WireType.LengthDelimited).string(value);
    else if (value instanceof Uint8Array) writer.tag(no, WireType.LengthDelimited).bytes(value);
    else writer.tag(no, WireType.Varint).int64(value);
  }
  return writer.finish();
}

const each = (no: number, values: readonly (Uint8Array | string | number | bigint)[] = []): Field[] =>
  values.map((value) => [no, value] as const);

export function tensorType(elementType: number, shape?: readonly Dim[]): Uint8Array {
  const dimension = (size: Dim): Uint8Array => (typeof size === "number" ? message([1, size]) : message([2, size]));
  const dimensions = shape === undefined ? undefined : message(...each(1, shape.map(dimension)));
  return message([1, message([1, elementType], [2, dimensions])]);
}

/** `sequence(map(key, float))`, what ZipMap returns. */
export function zipMapType(keyType: number = ELEMENT.int64): Uint8Array {
  const map = message([5, message([1, keyType], [2, tensorType(ELEMENT.float32)])]);
  return message([4, message([1, map])]);
}

export const TYPES = {
  sequence: message([4, message([1, tensorType(ELEMENT.float32)])]),
  optional: message([9, message([1, tensorType(ELEMENT.float32)])]),
  sparse: message([8, message([1, ELEMENT.float32])]),
};

export function value(name: string, type: Uint8Array | undefined): Uint8Array {
  return message([1, name], [2, type]);
}

export interface NodeParts {
  readonly operator: string;
  readonly inputs?: readonly string[];
  readonly outputs?: readonly string[];
  readonly domain?: string;
  readonly attributes?: readonly Uint8Array[];
}

export function node({ operator, inputs, outputs, domain, attributes }: NodeParts): Uint8Array {
  return message(...each(1, inputs), ...each(2, outputs), [4, operator], ...each(5, attributes), [7, domain]);
}

export const identity = (input: string, output: string): Uint8Array =>
  node({ operator: "Identity", inputs: [input], outputs: [output] });

export const attribute = {
  int: (name: string, number: number): Uint8Array => message([1, name], [3, number], [20, 2]),
  ints: (name: string, numbers: readonly (number | bigint)[]): Uint8Array =>
    message([1, name], ...each(8, numbers), [20, 7]),
  strings: (name: string, texts: readonly string[]): Uint8Array => message([1, name], ...each(9, texts), [20, 8]),
  tensor: (name: string, tensor: Uint8Array): Uint8Array => message([1, name], [5, tensor], [20, 4]),
  graph: (name: string, graph: Uint8Array): Uint8Array => message([1, name], [6, graph], [20, 5]),
  sparse: (name: string, sparse: Uint8Array): Uint8Array => message([1, name], [22, sparse], [20, 11]),
};

/** A tensor whose elements, little-endian, stand in the file. */
export function tensor(name: string, elementType: number, dims: readonly number[], data: ArrayBufferView): Uint8Array {
  const raw = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return message(...each(1, dims), [2, elementType], [8, name], [9, raw]);
}

/** A float32 tensor whose elements lie in another file. */
export function externalTensor(
  name: string,
  dims: readonly number[],
  entries: Readonly<Record<string, string>>,
): Uint8Array {
  const external = Object.entries(entries).map(([key, text]) => message([1, key], [2, text]));
  return message(...each(1, dims), [2, ELEMENT.float32], [8, name], ...each(13, external), [14, 1]);
}

export function sparseTensor(values: Uint8Array, indices: readonly bigint[], dims: readonly number[]): Uint8Array {
  const places = tensor("", ELEMENT.int64, [indices.length], BigInt64Array.from(indices));
  return message([1, values], [2, places], ...each(3, dims));
}

export interface GraphParts {
  readonly nodes?: readonly Uint8Array[];
  readonly inputs?: readonly Uint8Array[];
  readonly outputs?: readonly Uint8Array[];
  readonly initializers?: readonly Uint8Array[];
  readonly sparseInitializers?: readonly Uint8Array[];
}

export function graph({ nodes, inputs, outputs, initializers, sparseInitializers }: GraphParts): Uint8Array {
  return message(
    ...each(1, nodes),
    [2, "g"],
    ...each(5, initializers),
    ...each(11, inputs),
    ...each(12, outputs),
    ...each(15, sparseInitializers),
  );
}

export interface ModelParts extends GraphParts {
  readonly irVersion?: number;
  /** Version by domain. */
  readonly opsets?: Readonly<Record<string, number>>;
  readonly functions?: readonly Uint8Array[];
}

export function onnxModel({
  irVersion = 8,
  opsets = { "": 17, "ai.onnx.ml": 3 },
  functions,
  ...parts
}: ModelParts): Uint8Array {
  const imports = Object.entries(opsets).map(([domain, version]) => message([1, domain], [2, version]));
  return message([1, irVersion], [2, "mlserve tests"], [7, graph(parts)], ...each(8, imports), ...each(25, functions));
}

/** `y` is `x`, of one element type and shape. */
export function identityModel(elementType: number, shape: readonly Dim[] | undefined): Uint8Array {
  return onnxModel({
    nodes: [identity("x", "y")],
    inputs: [value("x", tensorType(elementType, shape))],
    outputs: [value("y", tensorType(elementType, shape))],
  });
}

/** A classifier's end: `labels` names for the columns of `x`, [N, labels], in a ZipMap whose output is `zipped`. */
export function zipMapModel(labels: Uint8Array | readonly Uint8Array[], extra: Partial<ModelParts> = {}): Uint8Array {
  return onnxModel({
    inputs: [value("x", tensorType(ELEMENT.float32, ["N", undefined]))],
    outputs: [value("zipped", zipMapType())],
    ...extra,
    nodes: [
      node({
        operator: "ZipMap",
        domain: "ai.onnx.ml",
        inputs: ["x"],
        outputs: ["zipped"],
        attributes: labels instanceof Uint8Array ? [labels] : labels,
      }),
      ...(extra.nodes ?? []),
    ],
  });
}
