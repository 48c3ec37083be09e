/*
 * What the project wants to reach, and how far the results in benchmarks/results are from it. The questions are told in
 * benchmarks/README.md.
 */
import { megabytes, ms, PEER_CONNECTIONS, rowNamed, rowOf, startOf, table, times } from "./parts.mjs";

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
    name: "one row, 8 to 512 connections: requests a second of the best, at the least",
    aim: "75 % or more",
    measure({ connections }) {
      const shares = connections?.rows.filter(({ afterBest }) => afterBest).map(({ ofBest }) => ofBest) ?? [];
      const least = Math.min(...shares);
      return shares.length === 0 ? undefined : [`${Math.round(100 * least)} %`, least >= 0.75];
    },
  },
  {
    name: "one row, 8 to 512 connections: growth of p99 for each connection",
    aim: "1.0x or less",
    measure: ({ connections }) =>
      atMost(connections && Math.max(...connections.rows.slice(1).map(({ growth }) => growth)), 1),
  },
  {
    name: "10,000 x 4 rows to a linear model, answer included, 1 connection, to `JSON.parse` of the request",
    aim: "1.5x or less",
    measure: ({ rows }) => atMost(rowNamed(rows, "mlserve")?.timeRatio, 1.5),
  },
  {
    name: "10,000 x 4 rows to a linear model, rows a second to MLflow",
    aim: "20x or more",
    measure({ rows }) {
      const [own, other] = [rowNamed(rows, "mlserve"), rowNamed(rows, "MLflow")];
      return own && other && atLeast(own.rowsPerSecond / other.rowsPerSecond, 20);
    },
  },
  {
    name: "ResNet-50's shape, JSON, 4 connections, images a second to a bare loop of the runtime",
    aim: "0.9x or more",
    measure: ({ resnet }) => atLeast(rowNamed(resnet, "mlserve")?.ratio, 0.9),
  },
  {
    name: "`/ping` while ResNet-50's shape is at work, p99",
    aim: "less than 20 ms",
    measure({ resnet }) {
      const ping = rowNamed(resnet, "mlserve")?.ping;
      return ping && [ms(ping.p99), ping.p99 < 20];
    },
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
  {
    name: "six bodies of a million rows in the air: answered right",
    aim: "all",
    measure: ({ overload }) => overloaded(overload, "large bodies answered right"),
  },
  {
    name: "p99 of small requests meanwhile",
    aim: "less than 100 ms",
    measure: ({ overload }) => overloaded(overload, "p99 of small requests"),
  },
  {
    name: "memory meanwhile, workers included",
    aim: "less than 1.5 GB",
    measure: ({ overload }) => overloaded(overload, "most memory, workers too"),
  },
  {
    name: "twice the requests that can be answered: p99 of those that are",
    aim: "1 s or less",
    measure: ({ overload }) => overloaded(overload, "p99 of what was accepted"),
  },
  {
    name: "p99 of refusals meanwhile",
    aim: "less than 50 ms",
    measure: ({ overload }) => overloaded(overload, "p99 of refusals"),
  },
  {
    name: "answered meanwhile, of what can be",
    aim: "60 % or more",
    measure: ({ overload }) => overloaded(overload, "answered, of what it can do", Math.min),
  },
  {
    name: "slowest `/ping` meanwhile",
    aim: "less than 1 s",
    measure: ({ overload }) => overloaded(overload, "slowest /ping"),
  },
  {
    name: "SIGTERM with 32 requests in flight and 32 sent in half: dropped",
    aim: "none",
    measure: ({ overload }) => overloaded(overload, "dropped"),
  },
  {
    name: "what an image adds to its base: ONNX 70 MB, TensorFlow.js 40 MB, a function 15 MB",
    aim: "no more",
    measure({ images }) {
      const rows = images?.rows;
      const sizes = rows?.map(({ runtimeBytes }) => megabytes(runtimeBytes)).join(", ");
      return rows && [sizes, rows.every(({ runtimeBytes, limit }) => runtimeBytes <= limit)];
    },
  },
  {
    name: "`mlserve build-image` of a small model",
    aim: "5 s or less",
    measure({ images }) {
      const slowest = images && Math.max(...images.rows.map(({ seconds }) => seconds));
      return images && [`${slowest.toFixed(1)} s`, slowest <= images.wantedSeconds];
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

/** The worst of all that have the figure. @param {(...values: number[]) => number} [worst] */
function overloaded(overload, figure, worst = Math.max) {
  const rows = overload?.rows.filter((row) => row.figure === figure) ?? [];
  if (rows.length === 0) return undefined;
  const value = worst(...rows.map(({ measured }) => measured));
  const text = `${Number(value.toPrecision(3)).toLocaleString("en")}${rows[0].unit}`;
  return /** @type {const} */ ([text, rows.every(({ isReached }) => isReached)]);
}

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

/** @param {Readonly<Record<string, any>>} results */
const measured = (results) =>
  AIMS.map(({ name, aim, measure }) => {
    const [text = "", reached] = measure(results) ?? [];
    return { name, aim, text, reached };
  });

/** Every aim, with what was measured. @param {Readonly<Record<string, any>>} results */
export function aimsText(results) {
  const rows = measured(results).map(({ name, aim, text, reached }) => {
    return [name, aim, text, reached === undefined ? "not measured" : reached ? "reached" : "**not reached**"];
  });
  return table(["", "aim", "measured", ""], rows);
}

/** Those that are not reached; the others are counted. @param {Readonly<Record<string, any>>} results */
export function missedAims(results) {
  const all = measured(results);
  const known = all.filter(({ reached }) => reached !== undefined);
  if (known.length === 0) return undefined;
  const missed = known.filter(({ reached }) => !reached);
  const head = `Of ${known.length} [aims](benchmarks/README.md#aims) that were measured, ${known.length - missed.length} are reached.`;
  if (missed.length === 0) return head;
  const rows = missed.map(({ name, aim, text }) => [name, aim, text]);
  return `${head} These are not:\n\n${table(["", "aim", "measured"], rows)}`;
}
