import { missedAims } from "./aims.mjs";
import { conditions, count, megabytes, ms, PEER_CONNECTIONS, rowOf, startOf, table, times } from "./parts.mjs";

/** The results that README tells of, by the names of their files. */
export const TOLD = [
  "http",
  "connections",
  "compare",
  "start",
  "memory",
  "rows",
  "resnet",
  "pack",
  "images",
  "overload",
  "offline",
  "decode",
];

/**
 * What README says of the results in benchmarks/results, by the names of their files. A figure whose file is not there is
 * left out, and an aim without one is said to be not measured.
 *
 * @param {Readonly<Record<string, any>>} all those that README does not tell of are left out
 * @returns {string} between the marks of README, without them
 */
export function figuresText(all) {
  const results = Object.fromEntries(Object.entries(all).filter(([name]) => TOLD.includes(name)));
  const parts = [
    conditions(Object.values(results)),
    requests(results),
    peers(results),
    files(results),
    imagesText(results),
    missedAims(results),
  ];
  return `${parts.filter((part) => part !== undefined).join("\n\n")}\n`;
}

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

function imagesText({ images }) {
  if (images === undefined) return undefined;
  const head = ["image of a model", "added to the base", "compressed", "written in"];
  const cells = images.rows.map(({ name, runtimeBytes, imageBytes, seconds }) => [
    name,
    megabytes(runtimeBytes),
    megabytes(imageBytes),
    `${seconds.toFixed(1)} s`,
  ]);
  const beside =
    images.mlflowBytes === null
      ? ""
      : `\n\nMLflow's image of the ONNX model has ${megabytes(images.mlflowBytes)} of Python packages.`;
  return `\`mlserve build-image\`, without Docker:\n\n${table(head, cells)}${beside}`;
}

const NAMES = { csv: "CSV", parquet: "Parquet" };
