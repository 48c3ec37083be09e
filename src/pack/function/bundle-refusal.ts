import type { Message, Plugin } from "esbuild";
import { MlserveError, quoteName } from "../../core/errors.js";
import { shownPath } from "./shown-path.js";

/** What esbuild leaves in a bundle with a warning that it keeps to itself: imports of what is only known at run time. */
export const UNKNOWN_IMPORTS: ReadonlySet<string> = new Set(["unsupported-require-call", "unsupported-dynamic-import"]);

/** Packages whose only use is a library that was compiled for one platform. */
const NATIVE_PACKAGES =
  /^(bindings|node-gyp-build|node-gyp-build-optional-packages|@mapbox\/node-pre-gyp|node-pre-gyp|prebuild-install|node-addon-api|nan|onnxruntime-node|@tensorflow\/tfjs-node(-gpu)?|sharp)$/;

const NATIVE = "is a native module, and a package runs on every platform";
const OPEN_HINT = "A model's file is opened with load({ open }), by the runtime that mlserve has";

/** Refuses native packages where they are imported, before their own tricks are looked at. */
export const refuseNative: Plugin = {
  name: "native",
  setup({ onResolve }) {
    onResolve({ filter: NATIVE_PACKAGES }, ({ path }) => ({ errors: [{ text: `${quoteName(path)} ${NATIVE}` }] }));
  },
};

interface Refusal {
  readonly said: RegExp;
  readonly reason: (found: string) => string;
  readonly hint?: string;
}

/** What is wrong, and what to do about it, by what esbuild says. */
const REFUSALS: readonly Refusal[] = [
  {
    said: /^No loader is configured for "\.node" files: (.*)$/,
    reason: (file) => `${quoteName(shownPath(file))} ${NATIVE}`,
    hint: OPEN_HINT,
  },
  { said: /^(".*" is a native module,.*)$/, reason: (text) => text, hint: OPEN_HINT },
  { said: /^Could not resolve "(\.{1,2}\/.*)"$/, reason: (path) => `there is no file ${quoteName(path)}` },
  {
    said: /^Could not resolve "(.*)"$/,
    reason: (name) => `cannot find ${quoteName(name)}`,
    hint: "Install it in that folder with npm",
  },
  {
    said: /^This (?:call to )?"(require|import)"/,
    reason: (word) => `this ${word} names what is only known when it runs, which cannot be bundled`,
    hint: "Name the module in quotes",
  },
];

/** What esbuild says as an error that names file, line and column. */
export function toRefusal({ text, location }: Message, cause?: unknown): MlserveError {
  const where = location ? `${shownPath(location.file)}:${location.line}:${location.column + 1}` : "the function";
  for (const { said, reason, hint } of REFUSALS) {
    const found = said.exec(text)?.[1];
    if (found === undefined) continue;
    return new MlserveError("invalid_model", reason(found), { where, cause, ...(hint === undefined ? {} : { hint }) });
  }
  return new MlserveError("invalid_model", text, { where, cause });
}
