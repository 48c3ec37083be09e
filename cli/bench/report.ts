import type { Paint } from "../colors.js";
import { type Bar, drawBar, toBars, toScale } from "./histogram.js";
import type { Measured } from "./measure.js";

/** Above this share of a core the client sets the pace, not the server. */
const CLIENT_BOUND = 0.9;

/** A line of the result. Milliseconds, and microseconds where the name says so; null for what is not known. */
export interface Row {
  readonly name: string;
  readonly connections: number;
  readonly requests: number;
  readonly seconds: number;
  readonly requests_per_second: number;
  /** To the server that this one is compared with; null without one. */
  readonly ratio: number | null;
  readonly p50_ms: number;
  readonly p90_ms: number;
  readonly p99_ms: number;
  readonly max_ms: number;
  readonly server_cpu_us: number | null;
  readonly client_share: number;
  readonly client_bound: boolean;
  /** By what is wrong with them. */
  readonly wrong: Readonly<Record<string, number>>;
  readonly histogram: readonly Bar[];
}

/** One row for each server and number of connections; `baseline` is the place of the one that others are compared with. */
export function toRows(measured: readonly Measured[], baseline: Measured["target"] | undefined): Row[] {
  const rate = ({ right, milliseconds }: Measured): number => (1000 * right) / milliseconds;
  return measured.map((each) => {
    const peers = measured.filter(({ connections }) => connections === each.connections);
    const base = peers.find(({ target }) => target === baseline);
    return {
      name: each.target.name,
      connections: each.connections,
      requests: each.right,
      seconds: each.milliseconds / 1000,
      requests_per_second: rate(each),
      ratio: base === undefined ? null : rate(each) / rate(base),
      p50_ms: each.latencies.quantile(0.5),
      p90_ms: each.latencies.quantile(0.9),
      p99_ms: each.latencies.quantile(0.99),
      max_ms: each.latencies.max,
      server_cpu_us: each.cpuMicros ?? null,
      client_share: each.clientShare,
      client_bound: each.clientShare > CLIENT_BOUND,
      wrong: Object.fromEntries([...each.wrong].sort()),
      // On one scale, so that they can be looked at side by side.
      histogram: toBars(each.latencies, toScale(peers.map(({ latencies }) => latencies))),
    };
  });
}

type Column = readonly [heading: string, cell: (row: Row) => string];

const COLUMNS: readonly Column[] = [
  ["conn", ({ connections }) => String(connections)],
  ["server", ({ name }) => shorten(name)],
  ["req/s", (row) => `${Math.round(row.requests_per_second).toLocaleString("en")}${row.client_bound ? "*" : ""}`],
  ["ratio", ({ ratio }) => (ratio === null ? "" : `${ratio.toFixed(2)}x`)],
  ["p50 ms", ({ p50_ms }) => formatMs(p50_ms)],
  ["p90 ms", ({ p90_ms }) => formatMs(p90_ms)],
  ["p99 ms", ({ p99_ms }) => formatMs(p99_ms)],
  ["max ms", ({ max_ms }) => formatMs(max_ms)],
  ["CPU us", ({ server_cpu_us }) => (server_cpu_us === null ? "-" : server_cpu_us.toFixed(0))],
];

/** At most 80 columns wide. */
export function toLines(rows: readonly Row[], paint: Paint): string[] {
  const compares = rows.some(({ ratio }) => ratio !== null);
  const columns = COLUMNS.filter(([heading]) => compares || heading !== "ratio");
  const last = rows.filter(({ connections }) => connections === rows.at(-1)?.connections);
  return [
    ...layout([columns.map(([heading]) => heading), ...rows.map((row) => columns.map(([, cell]) => cell(row)))]).map(
      (line, i) => (i === 0 ? paint("bold", line) : line),
    ),
    ...clientNote(rows),
    ...rows.flatMap((row) => wrongNote(row, paint)),
    ...last.flatMap((row) => ["", ...histogramLines(row, paint)]),
  ];
}

/** Names to the left, numbers to the right. */
function layout(table: readonly (readonly string[])[]): string[] {
  const widths = (table[0] ?? []).map((_, i) => Math.max(...table.map((line) => line[i]?.length ?? 0)));
  return table.map(
    (line) =>
      `  ${line.map((cell, i) => (i === 1 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0))).join("  ")}`,
  );
}

function clientNote(rows: readonly Row[]): string[] {
  if (!rows.some(({ client_bound }) => client_bound)) return [];
  return [
    "",
    "  * client-bound: the client used more than 90 % of a core, so that this is how",
    "    fast it asks, and the server may be faster",
  ];
}

function wrongNote({ name, connections, wrong }: Row, paint: Paint): string[] {
  const faults = Object.entries(wrong).map(([fault, count]) => `${count.toLocaleString("en")} with ${fault}`);
  if (faults.length === 0) return [];
  return [`  ${paint("red", "wrong answers")} of ${shorten(name)} at ${connections}: ${faults.join(", ")}`];
}

const BAR_COLUMNS = 44;

function histogramLines({ name, connections, histogram, requests }: Row, paint: Paint): string[] {
  const most = Math.max(...histogram.map(({ count }) => count));
  const title = `  latency of ${name} at ${connections === 1 ? "1 connection" : `${connections} connections`}`;
  return [
    paint("bold", cut(title, 80)),
    ...histogram.map(({ from, to, count }) => {
      const label = Number.isFinite(to) ? `up to ${formatMs(to)} ms` : `over ${formatMs(from)} ms`;
      const bar = paint("cyan", drawBar(count / most, BAR_COLUMNS));
      return `  ${label.padStart(16)}  ${bar} ${formatShare(count / requests)}`;
    }),
  ];
}

function formatShare(share: number): string {
  const percent = 100 * share;
  return percent === 0 || percent >= 1 ? `${percent.toFixed(0)} %` : `${percent.toFixed(2)} %`;
}

/** Three digits that mean something. */
function formatMs(milliseconds: number): string {
  if (Number.isNaN(milliseconds)) return "-";
  return milliseconds >= 100 ? milliseconds.toFixed(0) : milliseconds.toFixed(milliseconds >= 10 ? 1 : 2);
}

/** Addresses differ at their ends. */
function shorten(name: string): string {
  return name.length <= 12 ? name : `${name.slice(0, 4)}…${name.slice(-7)}`;
}

function cut(text: string, columns: number): string {
  return text.length > columns ? `${text.slice(0, columns - 1)}…` : text;
}
