import { MlserveError } from "../../src/core/errors.js";
import type { BenchRequest } from "./request.js";
import type { Target } from "./target.js";

/** What every answer is compared with. */
export interface ExpectedAnswer {
  readonly bytes: number;
  /** undefined where answers to the same request differ: then only their status is looked at. */
  readonly text: string | undefined;
}

/** Larger ones come in pieces, and the client takes a letter that is cut by them for another. */
const PIECE_BYTES = 1024;

/** Asks twice before any load. Throws `different` unless both answers have status 200. */
export async function askFirst(target: Target, request: BenchRequest): Promise<ExpectedAnswer> {
  const first = await ask(target, request);
  const second = await ask(target, request);
  const text = first.toString("utf8");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII
  const isComparable = first.equals(second) && (first.length <= PIECE_BYTES || /^[\u0000-\u007f]*$/.test(text));
  return { bytes: first.length, text: isComparable && text !== "" ? text : undefined };
}

async function ask({ url, name }: Target, { body, mediaType }: BenchRequest): Promise<Buffer> {
  const response = await fetch(url, { method: "POST", headers: { "content-type": mediaType }, body }).catch(
    (cause: unknown) => {
      throw new MlserveError("different", `${name} does not answer${reasonOf(cause)}`, {
        hint: "Is the server running?",
        cause,
      });
    },
  );
  const answer = Buffer.from(await response.arrayBuffer());
  if (response.status === 200) return answer;
  throw new MlserveError("different", `${name} answers the request with status ${response.status}${told(answer)}`, {
    hint: "A benchmark of refusals would say nothing: give another with --request FILE",
  });
}

/** ` (ECONNREFUSED)`: fetch keeps the system's reason behind its own. */
function reasonOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
}

/** The message of an error in JSON; other bodies may be anything. */
function told(answer: Buffer): string {
  try {
    const { message } = JSON.parse(answer.toString("utf8"));
    return typeof message === "string" ? `: ${message}` : "";
  } catch {
    return "";
  }
}
