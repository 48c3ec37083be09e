import type { Logger } from "pino";
import type { PhaseTimes } from "../src/pipeline/executor.js";
import { logRequest, type RequestLog, type RequestRecord, roundMs, type Scored } from "../src/serve/access-log.js";
import type { LineBuffer } from "./line-buffer.js";

/**
 * Logs requests with the words of `logger`, whose lines go to `lines` too, each with the given fields. Those of predictions are put together here: a
 * logger that can write any line takes longer for one than a small model for its answer.
 */
export function createRequestLog(logger: Logger, lines: LineBuffer, fields: object = {}): RequestLog {
  const isLogged = logger.isLevelEnabled("info");
  const isoTime = createIsoTime();
  const more = toFieldsText(fields);
  return (record) => {
    const { scored } = record;
    if (scored !== undefined && isLogged && isWhole(scored))
      lines.write(predictionLine(isoTime(), more, record, scored));
    else logRequest(logger, record);
  };
}

/** Of what was answered as a whole. */
interface WholeAnswer extends Scored {
  readonly phases: PhaseTimes;
  readonly bytesOut: number;
}

function isWhole(scored: Scored): scored is WholeAnswer {
  return scored.phases !== undefined && scored.bytesOut !== undefined;
}

/** None of the texts has a character that JSON writes otherwise: the id is a safe one, the others are the server's. */
function predictionLine(
  time: string,
  more: string,
  { requestId, method, route, status, ms }: RequestRecord,
  { rows, phases: { decode, queue, predict, encode }, bytesIn, bytesOut }: WholeAnswer,
): string {
  const request = `"requestId":"${requestId}","method":"${method}","route":"${route}","status":${status},"ms":${roundMs(ms)}`;
  const first = `"decode":${roundMs(decode)},"queue":${roundMs(queue)}`;
  const phases = `{${first},"predict":${roundMs(predict)},"encode":${roundMs(encode)}}`;
  const counted = rows === undefined ? "" : `"rows":${rows},`;
  const scored = `${counted}"phases":${phases},"bytesIn":${bytesIn},"bytesOut":${bytesOut}`;
  return `{"level":"info","time":"${time}"${more},${request},${scored},"msg":"request"}
`;
}

/** `,"process":7`: those of every line, behind its time. */
function toFieldsText(fields: object): string {
  const entries = Object.entries(fields);
  return entries.map(([key, value]) => `,${JSON.stringify(key)}:${JSON.stringify(value)}`).join("");
}

/** The time in ISO 8601, which requests of one millisecond share. */
function createIsoTime(): () => string {
  let last = Number.NaN;
  let text = "";
  return () => {
    const now = Date.now();
    if (now !== last) {
      last = now;
      text = new Date(now).toISOString();
    }
    return text;
  };
}
