/**
 * Packages machine-learning models in MLflow's format, and serves them.
 *
 * - **Make a package**: {@link pack}; look for faults in one: {@link validateModel}; read one: {@link openModel}.
 * - **Answer requests in a program**: {@link loadModel}, whose {@link Executor} takes bytes and gives bytes.
 * - **Serve over HTTP**: {@link createApp} over a {@link ModelRepository}, such as a {@link ModelSlot}; then
 *   {@link startServer}.
 * - **Score a file**: {@link scoreFile}.
 * - **Write a flavor**: {@link defineFlavor}, a {@link Predictor} over {@link Batch | batches}; try it with
 *   `mlserve/testing`.
 * - **Describe a model's requests**: {@link toBodySchema}.
 *
 * Whatever fails on purpose throws an {@link MlserveError}. Whoever gets something that is `AsyncDisposable` disposes of
 * it (`await using`, or `await it[Symbol.asyncDispose]()`).
 *
 * @module mlserve
 */

export type { CoercionName } from "./codec/decode/coercion.js";
export type { Float32Style, NonFinite, NumberStyle } from "./codec/encode/number-style.js";
export type { MediaType, ReplyMediaType } from "./codec/media-types.js";
export type {
  Batch,
  BodyForm,
  Call,
  ColumnsBatch,
  Params,
  TensorsBatch,
  ValueBatch,
  WrappedForm,
} from "./core/batch.js";
export { rowCount, UNNAMED } from "./core/batch.js";
export type { BodyBytes } from "./core/byte-blocks.js";
export type { CallerSignal } from "./core/caller-signal.js";
export type { Clock, Phase } from "./core/clock.js";
export type { DecodeLimits } from "./core/decode-limits.js";
export { ERRORS, type ErrorKind, MlserveError, type MlserveErrorOptions } from "./core/errors.js";
export { Float32Map } from "./core/float32-map.js";
export type { Logger } from "./core/logger.js";
export type { LongWork, OnProgress, WorkProgress } from "./core/progress.js";
export type { Rate } from "./core/rate.js";
export { type Column, type DataByDType, type DType, NOT_A_TIME, type Tensor } from "./core/tensor.js";
export { BUILTIN_FLAVORS } from "./flavors/builtin.js";
export { type ChosenFlavor, chooseFlavor } from "./flavors/choose.js";
export type { ConfigResult, ConfigSchema } from "./flavors/config-schema.js";
export {
  type DescribedModel,
  type DescribeRequest,
  defineFlavor,
  type Flavor,
  type Isolation,
  isOutputStream,
  type LoadOptions,
  type OutputStream,
  type Outputs,
  type PredictContext,
  type Predictor,
} from "./flavors/flavor.js";
export { functionFlavor } from "./flavors/js-function/flavor.js";
export type { FunctionLog } from "./flavors/js-function/function-log.js";
export type { OpenedModel, OpenFile } from "./flavors/js-function/open-file.js";
export type { FunctionContext, LoadContext } from "./flavors/js-function/user-function.js";
export { loadFlavorModule } from "./flavors/load-flavor-module.js";
export { onnxFlavor } from "./flavors/onnx/flavor.js";
export { createFlavorRegistry, type FlavorRegistry } from "./flavors/registry.js";
export { tfjsFlavor } from "./flavors/tfjs/flavor.js";
export { type JsonSchema, toBodySchema, toDataSchema } from "./format/json-schema.js";
export type { InputExampleInfo, MlmodelDescriptor } from "./format/mlmodel.js";
export type { Model, ModelFiles } from "./format/model.js";
export type { ModelFile } from "./format/model-file.js";
export { type OpenModelOptions, openModel } from "./format/open-model.js";
export type { SchemaIssue } from "./format/schema-fault.js";
export type {
  ColumnSpec,
  ColumnsSchema,
  DataType,
  ParamSpec,
  Property,
  ScalarType,
  Schema,
  Signature,
  TensorSpec,
  TensorsSchema,
} from "./format/signature.js";
export type { NodeExchange } from "./http/request-body.js";
export type { InputFormat, OutputFormat } from "./offline/formats.js";
export type { BadRow, OnError } from "./offline/score-blocks.js";
export { type ScoreFileOptions, type ScoreProgress, type ScoreResult, scoreFile } from "./offline/score-file.js";
export type { Finding } from "./pack/findings.js";
export { type PackOptions, type PackResult, pack } from "./pack/pack.js";
export type { SelfTestOutcome } from "./pack/self-test.js";
export { type Signed, type SignOptions, signModel } from "./pack/sign.js";
export { type ValidateOptions, validateModel } from "./pack/validate.js";
export type { ThreadChoice, ThreadTrial } from "./pipeline/choose-threads.js";
export type { ExecuteRequest, Executor, PhaseTimes, Reply, StreamedReply, WholeReply } from "./pipeline/executor.js";
export type { Joining, JoiningOptions } from "./pipeline/joining.js";
export type { QueueLimits } from "./pipeline/queue-guard.js";
export type { RunFacts } from "./pipeline/row-joiner.js";
export { type ApiKey, createKeyFinder, type KeyFinder } from "./serve/access/api-keys.js";
export type { AccessRules, Limiter } from "./serve/access/guard.js";
export { RateLimiter } from "./serve/access/rate-limiter.js";
export type { TlsFiles } from "./serve/access/tls.js";
export type { RequestLog, RequestRecord, Scored } from "./serve/access-log.js";
export { type App, type AppEnv, type AppOptions, createApp } from "./serve/app.js";
export type { AcceptedConnections } from "./serve/connection/accepted.js";
export { type ConnectionLimits, DEFAULT_LIMITS } from "./serve/connection/limits.js";
export type { OrdinaryHead } from "./serve/fast-lane/ordinary-head.js";
export { type LoadModelOptions, loadModel } from "./serve/load.js";
export { createMetrics, type MetricSnapshot, type Metrics } from "./serve/metrics.js";
export { createModelSlot, type ModelSlot } from "./serve/model-slot.js";
export type { Capacity, IsolationMode } from "./serve/placement.js";
export type { ModelRepository } from "./serve/repository.js";
export type { DirectAnswer, DirectHead, DirectRoute } from "./serve/routes/direct-invocations.js";
export type { ServedModel } from "./serve/served-model.js";
export { type RunningServer, type ServerOptions, startServer } from "./serve/server.js";
