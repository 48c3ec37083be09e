import type { CommandSchemas } from "./config-file.js";
import { describeOptions, groupOptions, type OptionDescription, type OptionGroup, toUsage } from "./describe.js";
import type { Group } from "./option.js";

const COMMON: Group = "Common options";

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from src/config/options.ts: change it there. -->

Every option of every command is a flag, a variable and a key of a file. **A flag goes before a variable, that before
the file, and that before the default.** \`mlserve serve --print-config\` shows each value and where it is from; with
\`--json\` for programs.

## The file

\`mlserve.yaml\` in the folder where the command runs, or the file that \`--config\` or \`MLSERVE_CONFIG\` names. Keys are
flags without their dashes. At the top they hold for every command that has them; below the name of a command for that
one only, which goes first:

\`\`\`yaml
coercion: mlflow
serve:
  host: 0.0.0.0
  port: 9000
  max-body: 100MB
pack:
  self-test: false
  metadata: [team=forecast, "stages:=[1, 2]"]
\`\`\`

A key that no option has, a value that its option refuses, and YAML with a fault are errors that name the line (exit
code 2). \`config\` and \`print-config\` have no place in a file. \`--no-config\` reads none. Names of files in it are
relative to the folder where the command runs, as on the command line.

A file that nobody named may not name code to run (\`flavor\`): running mlserve in a folder from elsewhere runs nothing of
that folder.

## Variables

Lists are parted by commas; an empty variable counts as unset. A variable that begins with \`MLSERVE_\` and is no option
is a warning. Where several are listed for an option, the first that is set counts: platforms say the port in variables
of their own. What Kubernetes sets for a Service called mlserve is ignored.

## Values

- A switch is \`true\`, \`yes\`, \`on\`, \`1\`, or \`false\`, \`no\`, \`off\`, \`0\`; as flags \`--name\` and \`--no-name\`.
- A size is a number with its unit: \`500KB\`, \`32MiB\`, \`1GB\`. Without one it is bytes.
- A time is a number with its unit: \`250ms\`, \`30s\`, \`5m\`, \`1h\`. Without one it is seconds.
`;

/** The text of docs/configuration.md. */
export function toConfigurationPage(schemas: CommandSchemas): string {
  const commands = Object.entries(schemas).map(([name, schema]) => ({
    name,
    groups: groupOptions(describeOptions(schema)),
  }));
  const shared = commands[0]?.groups.filter(({ title }) => title === COMMON) ?? [];
  const sections = commands.map(({ name, groups }) => {
    const own = groups.filter(({ title }) => title !== COMMON);
    return `## mlserve ${name}\n\n${own.length === 0 ? "Only those of every command.\n" : toTable(own)}`;
  });
  return [INTRODUCTION, `## Every command\n\n${toTable(shared)}`, ...sections].join("\n");
}

function toTable(groups: readonly OptionGroup[]): string {
  const rows = groups.flatMap(({ options }) => options.map(toRow));
  return ["| flag | variable | default | what it does |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function toRow(option: OptionDescription): string {
  const preset = option.default ?? (option.placeholder === undefined ? "false" : undefined);
  const cells = [
    code(toUsage(option)),
    [option.variable, ...option.otherVariables].map(code).join(", "),
    preset === undefined ? "" : code(preset),
    toMeaning(option),
  ];
  return `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
}

function toMeaning({ help, isList, completes }: OptionDescription): string {
  const words =
    typeof completes === "string" || completes.every((word) => help.includes(word)) ? [] : [completes.join(", ")];
  const notes = [...words, ...(isList ? ["may be repeated"] : [])];
  return notes.length === 0 ? help : `${help} (${notes.join("; ")})`;
}

function code(text: string): string {
  return `\`${text}\``;
}
