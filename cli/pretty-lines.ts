import type { Paint } from "./colors.js";
import type { LineBuffer } from "./line-buffer.js";
import { printable } from "./text.js";

/** Turns lines of JSON, as a logger writes them, into lines for people. */
export function prettyLines(sink: LineBuffer, paint: Paint): LineBuffer {
  return { write: (line) => sink.write(`${prettyLine(line, paint)}\n`) };
}

const LEVEL_STYLES = { debug: "dim", info: "cyan", warn: "yellow", error: "red" } as const;

/** `12:03:04.123 info  POST /invocations 200 1.2 ms  rows=3 …` */
function prettyLine(line: string, paint: Paint): string {
  const { time, level, msg, ...fields } = JSON.parse(line) as Record<string, unknown>;
  const style = Object.entries(LEVEL_STYLES).find(([name]) => name === level)?.[1] ?? "bold";
  const clock = /T([0-9:.]+)/.exec(String(time))?.[1] ?? "";
  const head = `${paint("dim", clock)} ${paint(style, String(level).padEnd(5))}`;
  const { text, rest } =
    msg === "request" ? requestText(fields, paint) : { text: printable(String(msg ?? "")), rest: fields };
  const { err, ...plain } = rest;
  const pairs = Object.entries(plain).map(([key, value]) => paint("dim", `${key}=${toText(value)}`));
  return [[head, text, ...pairs].join(" "), ...stackLines(err)].join("\n");
}

function requestText(fields: Record<string, unknown>, paint: Paint) {
  const { method, route, status, ms, ...rest } = fields;
  const shown = paint(Number(status) >= 400 ? "yellow" : "green", String(status));
  return { text: `${printable(`${method} ${route}`)} ${shown} ${ms} ms`, rest };
}

function toText(value: unknown): string {
  return printable(typeof value === "string" ? value : JSON.stringify(value));
}

/** An error with where it came from, below its line. */
function stackLines(error: unknown): string[] {
  if (typeof error !== "object" || error === null) return [];
  const text = "stack" in error ? String(error.stack) : JSON.stringify(error);
  return text.split("\n").map((line) => `    ${printable(line.trim())}`);
}
