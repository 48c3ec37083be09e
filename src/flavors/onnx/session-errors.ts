import { MlserveError, quoteName } from "../../core/errors.js";

interface KnownFault {
  readonly pattern: RegExp;
  readonly reason: (match: RegExpExecArray) => string;
  readonly hint: string;
}

/** What the runtime says when it cannot load a model, and what that means. */
const LOAD_FAULTS: readonly KnownFault[] = [
  {
    pattern: /Unsupported model IR version: (\d+), max supported IR version: (\d+)/,
    reason: ([, version, newest]) => `its IR version ${version} is newer than the ${newest} that the runtime knows`,
    hint: "Export it again with a lower ir_version, or update onnxruntime-node",
  },
  {
    pattern: /Opset (\d+) is under development.*domain (\S+) is till opset (\d+)/s,
    reason: ([, opset, domain, newest]) =>
      `its opset ${opset} of ${domain} is newer than the ${newest} that the runtime knows`,
    hint: "Export it again with a lower target_opset, or update onnxruntime-node",
  },
  {
    pattern: /No Op registered for (\w+)|([\w.]+:\w+)\(-?\d+\) is not a registered function\/op/,
    reason: ([, plain, qualified]) => `the runtime does not know its operator ${plain ?? qualified}`,
    hint: "Models with operators of their own, from libraries besides ONNX Runtime, cannot be served",
  },
  {
    pattern: /Failed to construct locale with name:([\w.@-]+)/,
    reason: ([, locale]) => `its StringNormalizer needs the locale ${locale}, which this machine does not have`,
    hint: "Install the locale (Debian: locales, then locale-gen), or export the model without changing case",
  },
];

/** A model that the runtime does not load; `path` is cut out of what it says. */
export function loadFailure(cause: unknown, file: string): MlserveError {
  const said = cause instanceof Error ? cause.message : "";
  for (const { pattern, reason, hint } of LOAD_FAULTS) {
    const match = pattern.exec(said);
    if (match !== null)
      return new MlserveError("unsupported_model", reason(match), { where: quoteName(file), hint, cause });
  }
  return new MlserveError("invalid_model", `ONNX Runtime does not load the model${quotable(said)}`, {
    where: quoteName(file),
    cause,
  });
}

/** The runtime's own words, unless a path of this machine may be among them. */
function quotable(said: string): string {
  const words = said
    .replace(/^Load model from .* failed:/s, "")
    .replace(/\s+/g, " ")
    .trim();
  return words === "" || /[\\/]/.test(words) ? "" : `: ${words.slice(0, 300)}`;
}

/** Faults of the binding, which no data could cure. */
const MODEL_FAULT = /^Non tensor type|^Tensor type \(\d+\) is not supported|^Session is not initialized/;

/** A run that the runtime refuses. Its own words can hold the caller's values: they stay in the cause. */
export function runFailure(cause: unknown): MlserveError {
  const said = cause instanceof Error ? cause.message : "";
  if (MODEL_FAULT.test(said))
    return new MlserveError("model_failed", "the model returned what onnxruntime-node cannot", { cause });
  const operator = /while running (\w+) node/.exec(said)?.[1];
  const step = operator === undefined ? "the model" : `the model's ${operator} step`;
  return new MlserveError("model_rejected_input", `${step} cannot run on these values or sizes`, {
    hint: "Check that the inputs fit each other and hold what the model was trained on",
    cause,
  });
}
