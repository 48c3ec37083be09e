import { quoteName } from "../../core/errors.js";
import type { Logger } from "../../core/logger.js";
import type { LoadOptions } from "../flavor.js";
import type { OnnxSessionConfig } from "./config.js";
import type { OrtSessionOptions } from "./runtime.js";

const OPTIMIZATION_LEVELS = { 1: "basic", 2: "extended", 3: "layout", 99: "all" } as const;

const EXECUTION_MODES: ReadonlyMap<string, "sequential" | "parallel"> = new Map([
  ["sequential", "sequential"],
  ["parallel", "parallel"],
]);

/** Settings with which a model's file could make the runtime read or write files of its choice. */
const FILE_SETTINGS = /path|file|folder|profil|ep\.context|model_format|model_bytes|external_init/i;

/**
 * Threads that wait for the next operator would keep cores busy that the server, its clients and other workers want: at four
 * connections a network of ResNet-50's size took 79 ms of processor time an image on two cores, and 47 without.
 */
const WAIT_ASLEEP = { "session.intra_op.allow_spinning": "0", "session.inter_op.allow_spinning": "0" };

/** `threads` is the operator's word and goes before the model's. */
export function toSessionOptions(
  config: OnnxSessionConfig | undefined,
  { threads, defaultThreads }: Pick<LoadOptions, "threads" | "defaultThreads">,
  logger: Logger,
): OrtSessionOptions {
  const { inter_op_num_threads, intra_op_num_threads, graph_optimization_level, execution_mode, extra_session_config } =
    config ?? {};
  const intraOpNumThreads = threads ?? intra_op_num_threads ?? defaultThreads;
  const executionMode = execution_mode === undefined ? undefined : readExecutionMode(execution_mode, logger);
  return {
    // Whatever the runtime would log it also throws; on the log it would stand with values of requests and paths.
    logSeverityLevel: 4,
    ...(intraOpNumThreads === undefined ? {} : { intraOpNumThreads }),
    ...(inter_op_num_threads === undefined ? {} : { interOpNumThreads: inter_op_num_threads }),
    ...(executionMode === undefined ? {} : { executionMode }),
    ...(graph_optimization_level === undefined
      ? {}
      : { graphOptimizationLevel: OPTIMIZATION_LEVELS[graph_optimization_level] }),
    extra: { ...WAIT_ASLEEP, ...readSettings(extra_session_config ?? {}, logger) },
  };
}

function readExecutionMode(text: string, logger: Logger): "sequential" | "parallel" | undefined {
  const mode = EXECUTION_MODES.get(text.toLowerCase());
  if (mode === undefined)
    logger.warn({}, `the model's execution_mode ${quoteName(text)} is neither sequential nor parallel: ignored`);
  return mode;
}

function readSettings(
  config: Readonly<Record<string, string | number | boolean>>,
  logger: Logger,
): Record<string, string> {
  const kept = Object.entries(config).filter(([key]) => {
    const refused = FILE_SETTINGS.test(key);
    if (refused) logger.warn({}, `the model's session setting ${quoteName(key)} concerns files: ignored`);
    return !refused;
  });
  return Object.fromEntries(
    kept.map(([key, value]) => [key, typeof value === "boolean" ? String(Number(value)) : String(value)]),
  );
}
