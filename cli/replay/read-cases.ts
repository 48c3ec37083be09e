import { readFile } from "node:fs/promises";
import { MlserveError, quoteName } from "../../src/core/errors.js";
import { type JsonValue, parseJsonText } from "../../src/core/json.js";
import { suggestWord } from "../../src/core/nearest-word.js";
import { fileSystemError } from "../../src/format/file-system-error.js";
import { formatPythonJson } from "../../src/format/python-json.js";

/** A request and the answers that are right. */
export interface ReplayCase {
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
  /** One of them has to be given. */
  readonly answers: readonly ExpectedAnswer[];
  /** Recorded for information only: whoever answered was at fault. */
  readonly isQuirk: boolean;
}

export interface ExpectedAnswer {
  readonly status: number;
  /** undefined for any answer with that status. */
  readonly json: JsonValue | undefined;
}

type Fields = ReadonlyMap<string, JsonValue>;

/**
 * Reads a file of cases, one JSON object a line: `{"body": …, "expect": …}`, or a recorded request with its method, path,
 * headers and body, whose `expect` holds a status and the answer.
 *
 * Throws `file_system`, and `usage` with the line of a case that is built wrong.
 */
export async function readCases(file: string, name: string): Promise<ReplayCase[]> {
  const lines = (await readText(file, name)).split("\n");
  return lines.flatMap((line, i) => {
    if (line.trim() === "") return [];
    return [parseCase(line, `${name}: line ${i + 1}`, `${name}:${i + 1}`)];
  });
}

async function readText(file: string, name: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    throw fileSystemError(error, name);
  }
}

function parseCase(line: string, where: string, defaultId: string): ReplayCase {
  const fields = parseObject(line, where);
  const id = textOf(fields, "id") ?? defaultId;
  return fields.has("path") ? recordedCase(fields, id, where) : bareCase(fields, id, where);
}

function parseObject(line: string, where: string): Fields {
  let value: JsonValue;
  try {
    value = parseJsonText(line);
  } catch (cause) {
    throw new MlserveError("usage", "not a JSON object on one line", { where, cause });
  }
  if (value instanceof Map) return value;
  throw new MlserveError("usage", "expected a JSON object", { where, hint: 'Such as {"body": …, "expect": …}' });
}

const BARE_KEYS = ["id", "body", "expect", "status"];

function bareCase(fields: Fields, id: string, where: string): ReplayCase {
  const stray = [...fields.keys()].find((key) => !BARE_KEYS.includes(key));
  if (stray !== undefined) {
    const hint = suggestWord(stray, BARE_KEYS) ?? `A case has ${BARE_KEYS.join(", ")}; a recorded one a path besides`;
    throw new MlserveError("usage", `unknown key ${quoteName(stray)}`, { where, hint });
  }
  const body = fields.get("body");
  if (body === undefined) throw new MlserveError("usage", "a case without a body", { where });
  return {
    id,
    method: "POST",
    path: "/invocations",
    headers: { "content-type": "application/json" },
    body: Buffer.from(formatPythonJson(body)),
    answers: [{ status: statusOf(fields, where) ?? 200, json: fields.get("expect") }],
    isQuirk: false,
  };
}

/** As tests of this project record requests to MLflow's own server. */
function recordedCase(fields: Fields, id: string, where: string): ReplayCase {
  const answers = ["expect", "expect_alt"].flatMap((key) => {
    const answer = fields.get(key);
    return answer instanceof Map ? [recordedAnswer(answer, where)] : [];
  });
  if (answers.length === 0) throw new MlserveError("usage", "a recorded request without an answer", { where });
  return {
    id,
    method: textOf(fields, "method") ?? "POST",
    path: textOf(fields, "path") ?? "/invocations",
    headers: headersOf(fields),
    body: recordedBody(fields),
    answers,
    isQuirk: fields.get("quirk") === true,
  };
}

function recordedAnswer(answer: Fields, where: string): ExpectedAnswer {
  const status = statusOf(answer, where);
  if (status === undefined) throw new MlserveError("usage", "a recorded answer without a status", { where });
  // Messages of errors, and what health checks answer, are each server's own.
  return { status, json: status < 400 ? answer.get("json") : undefined };
}

function recordedBody(fields: Fields): Uint8Array | undefined {
  const base64 = textOf(fields, "body_base64");
  const body = textOf(fields, "body");
  if (base64 !== undefined) return Buffer.from(base64, "base64");
  return body === undefined ? undefined : Buffer.from(body);
}

function headersOf(fields: Fields): Record<string, string> {
  const headers = fields.get("headers");
  return headers instanceof Map ? Object.fromEntries([...headers].map(([name, value]) => [name, String(value)])) : {};
}

function statusOf(fields: Fields, where: string): number | undefined {
  const status = fields.get("status");
  if (status === undefined || (typeof status === "number" && status >= 100 && status <= 599)) return status;
  throw new MlserveError("usage", "expected a status of HTTP", { where });
}

function textOf(fields: Fields, key: string): string | undefined {
  const value = fields.get(key);
  return typeof value === "string" ? value : undefined;
}
