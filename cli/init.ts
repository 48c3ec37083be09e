import { basename, relative, resolve } from "node:path";
import type { INIT_OPTIONS } from "../src/config/options.js";
import type { CommandContext } from "./command.js";
import { toPackageName } from "./init/package-name.js";
import { readProject } from "./init/read-project.js";
import { TEMPLATES, type TemplateName } from "./init/templates.js";
import { writeProject } from "./init/write-project.js";
import type { Output } from "./output.js";
import { formatTable, quoteArgument } from "./text.js";

/** `mlserve init`: a project that packs, serves and passes its own test. */
export async function initCommand({
  argument,
  options: { template },
  io,
  output,
}: CommandContext<typeof INIT_OPTIONS>): Promise<void> {
  const folder = resolve(io.cwd, argument);
  const way = relative(io.cwd, folder);
  const name = toPackageName(basename(folder), Object.keys(TEMPLATES[template].dependencies));
  const files = await readProject(template, name);
  await writeProject(folder, files, argument || ".");
  const made = { name, template, folder: way || ".", files: files.map((file) => file.name), next: nextCommands(way) };
  await output.result(made, toLines(made, output), made.files);
}

function nextCommands(way: string): string[] {
  const enter = way === "" ? [] : [`cd ${quoteArgument(way)}`];
  return [...enter, ...STEPS.map(([command]) => command)];
}

const STEPS = [
  ["npm install", ""],
  ["npm test", "asks the model, and compares its answers"],
  ["npm run dev", "serves it, and again whenever you save a file"],
  ["npm run pack", "writes model.tar, which mlserve serve runs anywhere"],
] as const;

interface Made {
  readonly name: string;
  readonly template: TemplateName;
  readonly files: readonly string[];
  readonly next: readonly string[];
}

function toLines({ name, template, files, next }: Made, { paint }: Output): string[] {
  const others = Object.entries(TEMPLATES).filter(([other]) => other !== template);
  return [
    `made ${paint("bold", name)} from the template ${template}: ${TEMPLATES[template].summary}`,
    ...files.map((file) => `  ${file}`),
    "next:",
    ...next.map((command) => `  ${paint("green", command)}${toMeaning(command)}`),
    "other templates:",
    ...formatTable(others.map(([other, { summary }]) => [`--template ${other}`, summary])),
  ];
}

/** With the blanks that put all of them under each other. */
function toMeaning(command: string): string {
  const meaning = STEPS.find(([step]) => step === command)?.[1] ?? "";
  return meaning === "" ? "" : " ".repeat(15 - command.length) + meaning;
}
