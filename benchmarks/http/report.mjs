/** Above this share of a core the client, not the server, sets the pace. */
const CLIENT_BOUND = 0.9;

/** Rounds further apart than this were disturbed by something else on the machine. */
const STEADY_SPREAD = 1.25;

/**
 * @typedef {object} Round
 * @property {string} server
 * @property {number} connections
 * @property {import("./load.mjs").Load} load
 * @property {number} cpuMicros of the server while the load ran
 * @property {number} [wrk] requests a second by another client
 *
 * @typedef {object} Row
 * @property {string} server
 * @property {number} connections
 * @property {number} requestsPerSecond of all rounds together
 * @property {number[]} rounds requests per second of each
 * @property {boolean} steady did the rounds agree?
 * @property {number} ratio of requests per second to the baseline's
 * @property {number} p50 milliseconds
 * @property {number} p99 milliseconds
 * @property {number} serverCpuMicros per request
 * @property {number} clientShare of one core, 0 to 1
 * @property {boolean} clientBound
 * @property {number | null} wrk requests a second by another client; null without it
 */

/**
 * One row for each server and number of connections, in the order of the rounds.
 *
 * @param {readonly Round[]} rounds
 * @param {string} baseline the server that the others are compared with
 * @returns {Row[]}
 */
export function summarize(rounds, baseline) {
  const keys = new Set(rounds.map(({ connections, server }) => JSON.stringify([connections, server])));
  const groups = [...keys].map((key) =>
    rounds.filter((round) => JSON.stringify([round.connections, round.server]) === key),
  );
  const rows = groups.map(summarizeGroup).sort((a, b) => a.connections - b.connections);
  return rows.map((row) => {
    const base = rows.find(({ server, connections }) => server === baseline && connections === row.connections);
    return { ...row, ratio: row.requestsPerSecond / (base?.requestsPerSecond ?? Number.NaN) };
  });
}

/** @param {readonly Round[]} group @returns {Omit<Row, "ratio">} */
function summarizeGroup(group) {
  const [first] = group;
  const loads = group.map(({ load }) => load);
  const requests = sum(loads.map((load) => load.requests));
  const seconds = sum(loads.map((load) => load.seconds));
  const latencies = Float64Array.from(loads.flatMap((load) => load.latencies)).sort();
  const rounds = loads.map((load) => Math.round(load.requests / load.seconds));
  const clientShare = sum(loads.map((load) => load.clientShare * load.seconds)) / seconds;
  return {
    server: first?.server ?? "",
    connections: first?.connections ?? 0,
    requestsPerSecond: requests / seconds,
    rounds,
    steady: Math.max(...rounds) <= Math.min(...rounds) * STEADY_SPREAD,
    p50: quantile(latencies, 0.5),
    p99: quantile(latencies, 0.99),
    serverCpuMicros: sum(group.map(({ cpuMicros }) => cpuMicros)) / requests,
    clientShare,
    clientBound: clientShare > CLIENT_BOUND,
    wrk: meanOf(group.flatMap(({ wrk }) => wrk ?? [])),
  };
}

/** @param {readonly number[]} values */
function meanOf(values) {
  return values.length === 0 ? null : sum(values) / values.length;
}

/** @param {readonly number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

/** @param {Float64Array} sorted @param {number} share */
function quantile(sorted, share) {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const SPEED_COLUMNS = {
  connections: (row) => String(row.connections),
  server: (row) => row.server,
  "req/s": (row) => Math.round(row.requestsPerSecond).toLocaleString("en"),
  "to the empty route": (row) => `${row.ratio.toFixed(2)}x`,
  "p50 ms": (row) => row.p50.toFixed(2),
  "p99 ms": (row) => row.p99.toFixed(2),
  "server CPU us/req": (row) => row.serverCpuMicros.toFixed(1),
  "client core": (row) => `${Math.round(row.clientShare * 100)} %${row.clientBound ? " client-bound" : ""}`,
  "wrk req/s": (row) => (row.wrk == null ? "" : Math.round(row.wrk).toLocaleString("en")),
  "rounds req/s": (row) =>
    `${row.rounds.map((rate) => rate.toLocaleString("en")).join(", ")}${row.steady ? "" : " unsteady"}`,
};

const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

const MEMORY_COLUMNS = {
  server: (row) => row.server,
  "listening after": (row) => `${Math.round(row.readyMs)} ms`,
  "RSS idle": (row) => megabytes(row.idleBytes),
  "RSS after the load": (row) => megabytes(row.loadedBytes),
};

/** @param {readonly Row[]} rows */
export function speedTable(rows) {
  return markdownTable(SPEED_COLUMNS, rows);
}

/** @param {readonly { server: string, readyMs: number, idleBytes: number, loadedBytes: number }[]} rows */
export function memoryTable(rows) {
  return markdownTable(MEMORY_COLUMNS, rows);
}

/** @param {Record<string, (row: any) => string>} columns @param {readonly unknown[]} rows */
export function markdownTable(columns, rows) {
  const texts = [Object.keys(columns), ...rows.map((row) => Object.values(columns).map((cell) => cell(row)))];
  const cells = texts.map((line) => line.map((text) => text.replaceAll("|", "\\|")));
  const widths = Object.keys(columns).map((_, i) => Math.max(...cells.map((line) => line[i]?.length ?? 0)));
  const lines = cells.map((line) => `| ${line.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |`);
  lines.splice(1, 0, `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`);
  return lines.join("\n");
}
