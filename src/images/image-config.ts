import { MlserveError, quoteName } from "../core/errors.js";
import { readVersion } from "../core/installed-version.js";
import type { Model } from "../format/model.js";
import { formatSignature } from "../format/signature-json.js";
import type { ImageSettings } from "./image.js";
import { RUNTIME_FILE } from "./places.js";

/** What the caller may say of an image. */
export interface ImageOptions {
  readonly platform: ImageSettings["platform"];
  readonly user: string;
  readonly port: number;
  readonly env: readonly (readonly [name: string, value: string])[];
  readonly label: readonly (readonly [name: string, value: string])[];
  /** The flavor to serve the model with, where its first is not meant. */
  readonly useFlavor?: string;
}

/** What tells the health of the server in the container, without any program but Node. */
export const HEALTH_COMMAND: readonly string[] = ["node", RUNTIME_FILE, "container", "health"];

/** What labels of ours begin with. */
const OWN = "io.github.mlserve";

/** How often the health is asked for. A model that loads for long is not restarted for it. */
export const HEALTH_TIMES = { intervalSeconds: 10, timeoutSeconds: 5, startSeconds: 120, retries: 3 } as const;

/** Labels longer than this stay out: engines read a Dockerfile in lines of at most 64 KiB. */
const LONGEST_SIGNATURE = 16_384;

/** How an image of a model is started, and what it says of itself. Throws what {@link checkImageOptions} throws. */
export function imageSettings(model: Model, digest: string, options: ImageOptions): ImageSettings {
  const { platform, user, port, env, label, useFlavor } = options;
  checkImageOptions(options);
  return {
    platform,
    entrypoint: ["node", RUNTIME_FILE, "container"],
    cmd: ["serve"],
    env: {
      NODE_ENV: "production",
      MLSERVE_HOST: "0.0.0.0",
      // The last of the variables that say the port, so that a platform's own goes before it.
      PORT: String(port),
      ...(useFlavor === undefined ? {} : { MLSERVE_USE_FLAVOR: useFlavor }),
      ...Object.fromEntries(env),
    },
    labels: { ...modelLabels(model, digest), ...Object.fromEntries(label) },
    user,
    port,
    workingDir: "/",
  };
}

/** Throws `usage` for what no image can hold. */
export function checkImageOptions({ user, port, env, label }: Omit<ImageOptions, "platform">): void {
  if (port === 0)
    throw new MlserveError("usage", "a container needs a port that others know: from 1 to 65535", { where: "--port" });
  for (const [name, value] of env) checkVariable(name, value);
  for (const [name, value] of label) checkLabel(name, value);
  if (!/^([a-z_][\w.-]{0,31}|\d{1,10})(:([a-z_][\w.-]{0,31}|\d{1,10}))?$/i.test(user))
    throw new MlserveError("usage", "expected a user or a user and a group, such as 1000:1000", { where: "--user" });
}

/** Those of the OCI image specification, and what only a model has. */
function modelLabels({ name, descriptor }: Model, digest: string): Record<string, string> {
  const signature = JSON.stringify(formatSignature(descriptor.signature));
  const labels = {
    "org.opencontainers.image.title": name,
    "org.opencontainers.image.description": `The model ${name}, served by mlserve`,
    [`${OWN}.version`]: readVersion(),
    [`${OWN}.model.name`]: name,
    [`${OWN}.model.digest`]: `sha256:${digest}`,
    [`${OWN}.model.flavors`]: [...descriptor.flavors.keys()].join(","),
    ...(signature.length > LONGEST_SIGNATURE ? {} : { [`${OWN}.model.signature`]: signature }),
    // SageMaker may then say the port in SAGEMAKER_BIND_TO_PORT.
    "com.amazonaws.sagemaker.capabilities.accept-bind-to-port": "true",
  };
  for (const [key, value] of Object.entries(labels)) checkText(value, `label ${key} of the model`);
  return labels;
}

function checkVariable(name: string, value: string): void {
  const where = `--env ${quoteName(name)}`;
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new MlserveError("usage", "a variable's name has letters, digits and _ only", { where });
  checkText(value, where);
}

function checkLabel(name: string, value: string): void {
  const where = `--label ${quoteName(name)}`;
  if (!/^[A-Za-z0-9]([A-Za-z0-9._/-]*[A-Za-z0-9])?$/.test(name))
    throw new MlserveError("usage", "a label's name has letters, digits, dots, dashes, _ and / only", { where });
  checkText(value, where);
}

/** No Dockerfile can hold a line's end within a value, and no image what is no Unicode. */
function checkText(value: string, where: string): void {
  if (/\p{Cc}/u.test(value))
    throw new MlserveError("usage", "holds a control character, such as the end of a line", { where });
  if (/\p{Cs}/u.test(value)) throw new MlserveError("usage", "is no well-formed text", { where });
}
