/** Where everything of ours lies in an image. */
export const IMAGE_ROOT = "/opt/mlserve";

/** The one file that is all of mlserve. */
export const RUNTIME_FILE = `${IMAGE_ROOT}/runtime.mjs`;

/** The model that was packed into the image lies in a folder in here, whose name is the model's. */
export const PACKED_MODELS = `${IMAGE_ROOT}/models`;

/** Where platforms mount a model, which then goes before the packed one: SageMaker, KServe. */
export const MOUNTED_MODELS: readonly string[] = ["/opt/ml/model", "/mnt/models"];
