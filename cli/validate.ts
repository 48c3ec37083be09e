import type { VALIDATE_OPTIONS } from "../src/config/options.js";
import { MlserveError, quoteName } from "../src/core/errors.js";
import type { Finding } from "../src/pack/findings.js";
import { validateModel } from "../src/pack/validate.js";
import type { CommandContext } from "./command.js";
import { loadFlavors } from "./flavors.js";
import { watchLoading } from "./loading.js";
import { toPath } from "./open.js";
import type { Output } from "./output.js";
import { printable } from "./text.js";
import { modelChecks } from "./trust.js";

/** `mlserve validate`. */
export async function validateCommand(context: CommandContext<typeof VALIDATE_OPTIONS>): Promise<void> {
  const { argument, options, io, output, temporaryFolder } = context;
  const loading = watchLoading(context, options.loadTimeout);
  const findings = await validateModel(toPath(argument, io), {
    ...(await loadFlavors(options, io)),
    run: options.run,
    ...modelChecks(options, io),
    temporaryFolder,
    onProgress: loading.onProgress,
  });
  loading.done();
  const errors = findings.filter(({ severity }) => severity === "error").length;
  await output.result({ valid: errors === 0, findings }, toLines(argument, findings, output));
  // The list is on standard output; this is for whoever reads only how it ended.
  if (errors > 0)
    throw new MlserveError("invalid_model", `${count(errors, "error")} found`, { where: quoteName(argument) });
}

function toLines(argument: string, findings: readonly Finding[], { paint }: Output): string[] {
  const lines = findings.map(({ severity, check, message }) => {
    const mark = paint(severity === "error" ? "red" : "yellow", severity);
    return `${mark}  ${check}  ${printable(message)}`;
  });
  const warnings = findings.filter(({ severity }) => severity === "warning").length;
  const errors = findings.length - warnings;
  const verdict = errors === 0 ? paint("green", "valid") : paint("red", count(errors, "error"));
  const rest = warnings === 0 ? "" : `, ${count(warnings, "warning")}`;
  return [...lines, `${printable(argument)}: ${verdict}${rest}`];
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
