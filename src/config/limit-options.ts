import { option } from "./option.js";
import { autoOr, DURATION, integer, SIZE } from "./value-types.js";

/** What a server lets one client take of it: options of `mlserve serve`. */
export const LIMIT_OPTIONS = {
  maxBody: option(SIZE, { group: "Limits", help: "largest body of a request, decompressed too", default: "32MiB" }),
  maxRows: option(integer("COUNT", 1, 1_000_000_000), {
    group: "Limits",
    help: "most rows of a request, and most lists or objects in one list",
    default: "1000000",
  }),
  maxColumns: option(integer("COUNT", 0, 10_000_000), {
    group: "Limits",
    help: "most columns of a request, and most keys of an object, beyond the signature's",
    default: "20000",
  }),
  maxDepth: option(integer("LEVELS", 4, 1000), {
    group: "Limits",
    help: "most levels of lists and objects in a request",
    default: "64",
  }),
  maxElements: option(integer("COUNT", 1, 1_000_000_000), {
    group: "Limits",
    help: "most elements of a tensor, and most values in one list",
    default: "100000000",
  }),
  maxString: option(SIZE, { group: "Limits", help: "longest text in a request", default: "16MiB" }),
  maxValues: option(SIZE, {
    group: "Limits",
    help: "most memory for the values of a request that are not read straight into arrays",
    default: "512MiB",
  }),
  bodyMemory: option(autoOr(SIZE), {
    group: "Limits",
    help: "bodies of all requests together, at least twice --max-body; auto: by the memory",
    default: "auto",
  }),
  maxQueue: option(integer("COUNT", 1, 1_000_000), {
    group: "Limits",
    help: "most requests that wait for the model; more are refused with 503",
    default: "10000",
  }),
  maxQueueRows: option(integer("COUNT", 1, 1_000_000_000), {
    group: "Limits",
    help: "most rows of the requests that wait",
    default: "1000000",
  }),
  maxQueueTime: option(autoOr(DURATION), {
    group: "Limits",
    help: "longest time that a request may have to wait for the model; auto: 500ms, or that of 32 requests",
    default: "auto",
  }),
  maxHeaderSize: option(SIZE, { group: "Limits", help: "largest head of a request", default: "16KiB" }),
  maxHeaders: option(integer("COUNT", 1, 10_000), {
    group: "Limits",
    help: "most headers of a request",
    default: "100",
  }),
  maxUrl: option(integer("LENGTH", 16, 1_000_000), {
    group: "Limits",
    help: "longest target of a request, in characters",
    default: "8192",
  }),
  maxConnections: option(autoOr(integer("COUNT", 1, 1_000_000)), {
    group: "Limits",
    help: "most connections at a time; auto: by the files that the process may open, at most 10000",
    default: "auto",
  }),
  headersTimeout: option(DURATION, {
    group: "Limits",
    help: "time for the headers of a request to arrive; 0: any",
    default: "20s",
  }),
  receiveTimeout: option(DURATION, {
    group: "Limits",
    help: "time for a whole request to arrive; 0: any",
    default: "60s",
  }),
  sendTimeout: option(DURATION, {
    group: "Limits",
    help: "time that a client may read nothing of its answer; 0: any",
    default: "60s",
  }),
  keepAliveTimeout: option(DURATION, {
    group: "Limits",
    help: "time that a connection is kept without a request; longer than the load balancer's",
    default: "65s",
  }),
} as const;
