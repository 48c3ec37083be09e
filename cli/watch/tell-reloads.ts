import type { Signature } from "../../src/format/signature.js";
import { formatSignature } from "../../src/format/signature-json.js";
import type { Io } from "../io.js";
import { type Output, reportError } from "../output.js";
import { summarizeSchema } from "../signature-text.js";
import { printable } from "../text.js";
import type { ReloadEvents } from "./watched-model.js";

/** Tells of reloads in one line each; with `--json` as an object, with `--quiet` only of errors. */
export function tellReloads(output: Output, io: Io): ReloadEvents {
  const tell = (fields: object, lines: readonly string[]): Promise<void> =>
    output.result(
      fields,
      lines.map((line) => `mlserve: ${line}`),
      [],
    );
  const tellError = (error: unknown): Promise<number> =>
    reportError(error, io, { format: output.format, verbose: output.isVerbose });
  return {
    async onWaiting(error) {
      await tellError(error);
      await tell({ event: "waiting" }, ["waiting for a change of the model's files"]);
    },
    async onReloaded(next, { signature: before }, ms) {
      const changed = changedParts(before, next.signature);
      const fields = { event: "reloaded", ms: Math.round(ms), signature_changed: changed.length > 0 };
      await tell(fields, [`${output.paint("green", "reloaded")} in ${Math.round(ms)} ms`, ...changed]);
    },
    async onUnchanged(since, wasBroken) {
      if (wasBroken)
        await tell({ event: "unchanged" }, [`back to the version of ${clockTime(since)}, which is served`]);
    },
    async onFailed(error, since) {
      await tellError(error);
      await tell({ event: "failed", serving_since: since }, [`still serving the version of ${clockTime(since)}`]);
    },
  };
}

/** `10:07:42`, as clocks show it here. */
function clockTime(date: Date): string {
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

/** What callers have to know of: `inputs are now text: string (were words: long)`. */
function changedParts(before: Signature, after: Signature): string[] {
  const [old, now] = [formatSignature(before), formatSignature(after)];
  const schemas = (["inputs", "outputs"] as const)
    .filter((part) => old[part] !== now[part])
    .map((part) => `${part} are now ${summarizeSchema(after[part])} (were ${summarizeSchema(before[part])})`);
  const params = (signature: Signature): string => signature.params?.map(({ name }) => name).join(", ") || "none";
  const others = old.params === now.params ? [] : [`params are now ${params(after)} (were ${params(before)})`];
  return [...schemas, ...others].map(printable);
}
