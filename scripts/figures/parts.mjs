/* How figures are spelled, and where they stand in results. */

/** @param {number} value */
export const count = (value) => Math.round(value).toLocaleString("en");
/** @param {number} value */
export const times = (value) => `${value >= 20 ? Math.round(value) : value.toFixed(2)}x`;
/** @param {number} value */
export const ms = (value) => `${value.toFixed(2)} ms`;
/** @param {number} bytes */
export const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

/** How many connections servers are compared at. */
export const PEER_CONNECTIONS = 32;

export const rowOf = (result, server, connections) =>
  result?.rows.find((row) => row.server === server && row.connections === connections);

export const rowNamed = (result, server) => result?.rows.find((row) => row.server === server);
export const startOf = (compare, name) => compare?.starts.find(({ server }) => server === name);

/** When and where results were measured; undefined without any. @param {readonly any[]} all */
export function conditions(all) {
  if (all.length === 0) return undefined;
  const dates = all.flatMap(({ at, measured = at }) => measured?.slice(0, 10) ?? []).sort();
  const days = dates[0] === dates.at(-1) ? dates[0] : `${dates[0]} to ${dates.at(-1)}`;
  const machines = new Set(
    all.map(({ machine: { node, platform, cores } }) => `Node ${node.slice(1)}, ${platform}, ${cores} cores`),
  );
  const text = `Measured ${days}: ${[...machines].join("; ")}, shared by client and server.`;
  const busy = all.filter(({ machine: { loadBefore, cores } }) => loadBefore > cores / 2);
  if (busy.length === 0) return text;
  const load = Math.round(Math.max(...busy.map(({ machine }) => machine.loadBefore)));
  return `${text}\nOther programs wanted the cores too (load up to ${load}): times are worse than they need be, and processor time is\nwhat can be compared.`;
}
