/** Bodies as clients send them, the same ones every run. */

/** A linear congruential generator: numbers from 0 to 1. @param {number} seed */
function createRandom(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** How a number is written: `6 decimals`, or `17 digits` as Python prints a float64. */
const WRITERS = {
  "6 decimals": (value) => value.toFixed(6),
  "17 digits": (value) => String(value / 3),
};

/** @param {string} digits */
function createNumbers(digits) {
  const random = createRandom(7);
  const write = WRITERS[digits];
  return () => write(random() * 20 - 10);
}

/** @param {number} columns @param {string} type */
function columnsSignature(columns, type) {
  return { inputs: JSON.stringify(Array.from({ length: columns }, (_, i) => ({ name: `feature_${i}`, type }))) };
}

/** @param {number} rows @param {number} columns @param {string} digits */
export function splitBody(rows, columns, digits) {
  const number = createNumbers(digits);
  const names = Array.from({ length: columns }, (_, i) => `"feature_${i}"`);
  const data = Array.from({ length: rows }, () => `[${names.map(number).join(", ")}]`);
  return {
    signature: columnsSignature(columns, "double"),
    text: `{"dataframe_split": {"columns": [${names.join(", ")}], "data": [${data.join(", ")}]}}`,
  };
}

/** @param {number} rows @param {number} columns @param {string} digits */
export function recordsBody(rows, columns, digits) {
  const number = createNumbers(digits);
  const names = Array.from({ length: columns }, (_, i) => `"feature_${i}"`);
  const data = Array.from({ length: rows }, () => `{${names.map((name) => `${name}: ${number()}`).join(", ")}}`);
  return { signature: columnsSignature(columns, "double"), text: `{"dataframe_records": [${data.join(", ")}]}` };
}

/** An image of 3 x 224 x 224. @param {string} digits */
export function imageBody(digits) {
  const number = createNumbers(digits);
  const list = (length, item) => `[${Array.from({ length }, item).join(", ")}]`;
  const image = list(3, () => list(224, () => list(224, number)));
  const spec = { type: "tensor", name: "x", "tensor-spec": { dtype: "float32", shape: [-1, 3, 224, 224] } };
  return { signature: { inputs: JSON.stringify([spec]) }, text: `{"inputs": [${image}]}` };
}
