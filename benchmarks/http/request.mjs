/** One row for the model trees100 (gradient boosting, 100 trees, 8 float columns). */
export const ONE_ROW = JSON.stringify({
  dataframe_split: {
    columns: ["f0", "f1", "f2", "f3", "f4", "f5", "f6", "f7"],
    data: [[1.0777, -0.4607, 0.6937, -0.1337, -1.3467, 0.6663, -0.1595, -1.3342]],
  },
});

/** Two other rows with their columns turned round, so that a server cannot pass by a constant or by position. */
export const TURNED_ROWS = JSON.stringify({
  dataframe_split: {
    columns: ["f7", "f6", "f5", "f4", "f3", "f2", "f1", "f0"],
    data: [
      [-1.1974277, 1.3821819, -1.3298919, 1.4863993, 1.4867824, -0.4102187, -0.3554948, 0.0427797],
      [0.3552556, 0.2499908, -0.9681373, 0.4516861, -0.8666939, -1.9098737, -0.5784639, 0.8051801],
    ],
  },
});

/** What Python's mlflow 3.17.2 with onnxruntime 1.32 answers to them. */
const ONE_ROW_ANSWER = [-0.0031705];
const TURNED_ROWS_ANSWER = [-25.855209, -158.892929];

/** Runtimes add the trees up in different orders: single precision leaves about 1e-5 of values in the hundreds. */
const TOLERANCE = 1e-3;

/** The empty route's constant: of the form of the model's answer. */
export const EMPTY_ANSWER = JSON.stringify({ predictions: [{ variable: -0.0031704902648925781 }] });

/** The text of an answer, which has to have status 200. @param {string} url @param {string} body */
export async function post(url, body) {
  const response = await fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`${url} answered ${response.status}: ${text}`);
  return text;
}

/** @param {readonly string[]} texts answers @param {readonly number[]} expected the numbers in all of them */
function checkAnswers(texts, expected) {
  const values = texts.flatMap((text) => numbersIn(JSON.parse(text)));
  const right =
    values.length === expected.length && expected.every((value, i) => Math.abs(values[i] - value) < TOLERANCE);
  if (!right) throw new Error(`wrong answer: expected ${JSON.stringify(expected)}, got ${texts.join(" ")}`);
}

/** Every server wraps the predictions in forms of its own, with texts beside them at most. @returns {number[]} */
function numbersIn(value) {
  if (typeof value === "number") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(numbersIn) : [];
}

/**
 * Checks the values of a model's answers.
 *
 * @param {string} url
 * @returns {Promise<string>} the text that answers {@link ONE_ROW}, which every later answer must equal.
 */
export function checkModel(url) {
  return checkRows(url, { row: ONE_ROW, others: [TURNED_ROWS] });
}

/**
 * The same for a server that takes rows in another form.
 *
 * @param {string} url
 * @param {{ row: string, others: readonly string[] }} bodies `others`: the two other rows, in one request or in two
 */
export async function checkRows(url, { row, others }) {
  const texts = [];
  for (const body of others) texts.push(await post(url, body));
  checkAnswers(texts, TURNED_ROWS_ANSWER);
  const text = await post(url, row);
  checkAnswers([text], ONE_ROW_ANSWER);
  return text;
}

/** The same for the empty route, whose answer is a constant. @param {string} url */
export async function checkConstant(url) {
  const text = await post(url, ONE_ROW);
  if (text !== EMPTY_ANSWER) throw new Error(`wrong answer: expected ${EMPTY_ANSWER}, got ${text}`);
  return text;
}
