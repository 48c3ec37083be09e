import type { OptionsSchema } from "../src/config/option.js";
import type { ResolvedOptions, Setting } from "../src/config/resolve.js";
import type { Output } from "./output.js";
import { formatTable } from "./text.js";

/** `--print-config`: the value of each option, and where it is from. */
export async function printConfig(
  command: string,
  file: string | undefined,
  { values, settings }: ResolvedOptions<OptionsSchema>,
  output: Output,
): Promise<void> {
  // This option is what was asked, not what the answer is about.
  const told = settings.filter(({ option }) => option.key !== "printConfig");
  const options = told.map((setting) => ({
    name: setting.option.name,
    value: shownValue(setting, values[setting.option.key]),
    origin: setting.origin,
    source: setting.origin === "default" ? null : setting.source,
  }));
  const rows = options.map(({ name, value, source }) => [name, toCell(value), source ?? "default"]);
  await output.result({ command, file: file ?? null, options }, formatTable(rows));
}

type Shown = string | boolean | readonly string[] | null;

/** As a user writes it, so that it can be given again; switches are true or false however they were spelled. */
function shownValue({ option, text }: Setting, value: unknown): Shown {
  if (typeof value === "boolean") return value;
  if (option.secret && text !== undefined) return "(secret)";
  return text ?? option.default ?? (option.isList ? [] : null);
}

function toCell(value: Shown): string {
  if (value === null) return "-";
  return typeof value === "object" ? value.join(", ") || "-" : String(value);
}
