/** The results that README tells of, by the names of their files. */
export const TOLD = ["http", "compare", "start", "memory", "pack", "offline", "decode"];

/**
 * What README says of the results in benchmarks/results, by the names of their files. A figure whose file is not there is
 * left out, and an aim without one is said to be not measured.
 *
 * @param {Readonly<Record<string, any>>} results
 * @returns {string} between the marks of README, without them
 */
export function figuresText(results) {
  const parts = [conditions(results), requests(results), peers(results), files(results), aims(results)];
  return `${parts.filter((part) => part !== undefined).join("\n\n")}\n`;
}

/** @param {number} value */
const count = (value) => Math.round(value).toLocaleString("en");
/** @param {number} value */
const times = (value) => `${value >= 20 ? Math.round(value) : value.toFixed(2)}x`;
/** @param {number} value */
const ms = (value) => `${value.toFixed(2)} ms`;
/** @param {number} bytes */
const megabytes = (bytes) => `${Math.round(bytes / 1e6)} MB`;

/** @param {readonly string[]} head @param {readonly (readonly string[])[]} rows */
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  return [line(head), `|${head.map(() => "---").join("|")}|`, ...rows.map(line)].join("\n");
}

function conditions(results) {
  const all = Object.values(results);
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
  return `${text} Other programs wanted the cores too (load up to ${load}): requests a second, and times, are the worse ends;\nprocessor time is comparable.`;
}

const rowOf = (result, server, connections) =>
  result?.rows.find((row) => row.server === server && row.connections === connections);

function requests({ http }) {
  if (http === undefined) return undefined;
  const rows = http.rows.filter(({ server }) => server === "mlserve");
  const head = ["connections", "requests a second", "p50", "p99", "processor time", "beside an empty Hono route"];
  const cells = rows.map((row) => [
    String(row.connections),
    `${count(row.requestsPerSecond)}${marksOf(row)}`,
    ms(row.p50),
    ms(row.p99),
    `${row.serverCpuMicros.toFixed(0)} us`,
    times(row.ratio),
  ]);
  return `One row to a model of 100 trees, with metrics and a line of the log for each request:\n\n${table(head, cells)}`;
}

function marksOf({ steady, clientBound }) {
  return `${clientBound ? " (client-bound)" : ""}${steady ? "" : " (rounds differed)"}`;
}

const PEER_CONNECTIONS = 32;

function peers({ compare }) {
  const own = rowOf(compare, "mlserve", PEER_CONNECTIONS);
  if (own === undefined) return undefined;
  const names = Object.keys(compare.versions).filter((name) => rowOf(compare, name, PEER_CONNECTIONS) !== undefined);
  const head = [
    "server",
    "requests a second",
    "mlserve beside it",
    "processor time of a request",
    "first answer after",
    "memory",
  ];
  const cells = ["mlserve", ...names].map((name) => {
    const row = rowOf(compare, name, PEER_CONNECTIONS);
    const start = startOf(compare, name);
    return [
      [name, compare.versions[name]].filter(Boolean).join(" "),
      count(row.requestsPerSecond),
      name === "mlserve" ? "" : times(own.requestsPerSecond / row.requestsPerSecond),
      `${row.serverCpuMicros.toFixed(0)} us`,
      `${(start.readyMs / 1000).toFixed(1)} s`,
      megabytes(start.rssBytes),
    ];
  });
  return `Beside other servers of the same model and request, ${PEER_CONNECTIONS} connections, one worker each:\n\n${table(head, cells)}`;
}

function files({ offline }) {
  if (offline === undefined) return undefined;
  const told = offline.results
    .filter(({ format }) => ["csv", "parquet"].includes(format))
    .map(({ format, seconds, peakMb }) => `${NAMES[format]} in ${seconds.toFixed(1)} s and ${Math.round(peakMb)} MB`);
  return `\`mlserve predict\` scores a million rows of ${told.join(", of ")}.`;
}

const NAMES = { csv: "CSV", parquet: "Parquet" };

/**
 * What the project wants to reach: each gives what was measured and whether it is enough, undefined without a result.
 *
 * @type {readonly { name: string, aim: string, measure: (results: any) => readonly [text: string, reached: boolean] | undefined }[]}
 */
const AIMS = [
  {
    name: "one row, 32 connections, to an empty Hono route",
    aim: "1.2x or more",
    measure: ({ http }) => atLeast(rowOf(http, "mlserve", 32)?.ratio, 1.2),
  },
  {
    name: "one row, 1 connection, median above that route's",
    aim: "0.06 ms or less",
    measure({ http }) {
      const [own, empty] = [rowOf(http, "mlserve", 1), rowOf(http, "empty Hono route", 1)];
      return own && empty && [ms(own.p50 - empty.p50), own.p50 - empty.p50 <= 0.06];
    },
  },
  {
    name: "one row, 32 connections, to MLflow",
    aim: "100x or more",
    measure: (results) => beside(results, "MLflow", 100),
  },
  {
    name: "one row, 32 connections, to mosec",
    aim: "1.5x or more",
    measure: (results) => beside(results, "mosec", 1.5),
  },
  {
    name: "start to the first answer, to a bare script of Hono and onnxruntime-node",
    aim: "1.6x or less",
    measure: ({ start }) =>
      atMost(start?.rows.find(({ name }) => name === "mlserve serve trees100.tar")?.ratios.median, 1.6),
  },
  {
    name: "start to the first answer, faster than MLflow",
    aim: "20x or more",
    measure({ compare }) {
      const [own, other] = [startOf(compare, "mlserve"), startOf(compare, "MLflow")];
      return own && other && atLeast(other.readyMs / own.readyMs, 20);
    },
  },
  {
    name: "decoding large bodies, 6 decimals, to `JSON.parse`",
    aim: "0.6x or less",
    measure: (results) => decoding(results, "6 decimals", 0.6),
  },
  {
    name: "decoding large bodies, 17 digits, to `JSON.parse`",
    aim: "1.0x or less",
    measure: (results) => decoding(results, "17 digits", 1),
  },
  {
    name: "memory, idle, to that script",
    aim: "1.4x or less",
    measure: ({ memory }) => atMost(rowNamed(memory, "mlserve")?.idleRatio, 1.4),
  },
  {
    name: "memory after a million requests, to that script",
    aim: "1.4x or less",
    measure: ({ memory }) => atMost(rowNamed(memory, "mlserve")?.loadedRatio, 1.4),
  },
  {
    name: "memory that 900,000 requests after the first 100,000 add",
    aim: "less than 5 %",
    measure({ memory }) {
      const growth = rowNamed(memory, "mlserve")?.growth;
      return growth === undefined ? undefined : [`${(100 * growth).toFixed(1)} %`, growth < 0.05];
    },
  },
  ...["pack", "validate"].flatMap((command) => [
    {
      name: `speed of \`mlserve ${command}\` with 2 GB, to \`tar\` piped to \`sha256sum\``,
      aim: "0.7x or more",
      measure: ({ pack }) => atLeast(workOf(pack, command)?.ratio, 0.7),
    },
    {
      name: `memory of \`mlserve ${command}\` with 2 GB`,
      aim: "less than 150 MB",
      measure({ pack }) {
        const bytes = workOf(pack, command)?.peakBytes;
        return bytes === undefined ? undefined : [megabytes(bytes), bytes < 150e6];
      },
    },
  ]),
];

/** @param {number | undefined} ratio @param {number} least */
const atLeast = (ratio, least) =>
  ratio === undefined ? undefined : /** @type {const} */ ([times(ratio), ratio >= least]);
/** @param {number | undefined} ratio @param {number} most */
const atMost = (ratio, most) =>
  ratio === undefined ? undefined : /** @type {const} */ ([times(ratio), ratio <= most]);

const startOf = (compare, name) => compare?.starts.find(({ server }) => server === name);
const rowNamed = (result, server) => result?.rows.find((row) => row.server === server);
const workOf = (pack, command) => pack?.rows.find(({ name }) => name === `mlserve ${command}`);

function beside({ compare }, peer, least) {
  const [own, other] = [rowOf(compare, "mlserve", PEER_CONNECTIONS), rowOf(compare, peer, PEER_CONNECTIONS)];
  return own && other && atLeast(own.requestsPerSecond / other.requestsPerSecond, least);
}

/** The worst of the large bodies: small ones are decided by other things. */
function decoding({ decode }, digits, most) {
  const large = decode?.rows.filter(({ name, bytes }) => name.endsWith(digits) && bytes > 100_000) ?? [];
  if (large.length === 0) return undefined;
  return atMost(Math.max(...large.map(({ compiled, parse }) => compiled.median / parse.median)), most);
}

function aims(results) {
  const rows = AIMS.map(({ name, aim, measure }) => {
    const [text, reached] = measure(results) ?? ["", undefined];
    return [name, aim, text, reached === undefined ? "not measured" : reached ? "reached" : "**not reached**"];
  });
  return `What mlserve aims at, reached or not:\n\n${table(["", "aim", "measured", ""], rows)}`;
}
