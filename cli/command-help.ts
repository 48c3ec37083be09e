import { describeOptions, groupOptions, toHelpText, toUsage } from "../src/config/describe.js";
import { COMMAND_OPTIONS } from "../src/config/options.js";
import { createPaint } from "./colors.js";
import type { Argument } from "./command.js";
import { COMMANDS, type CommandName } from "./commands.js";
import { helpWidth, sourcesHelp } from "./help-texts.js";
import type { Io } from "./io.js";
import { layoutRows, type Row, termColumn, wrapText } from "./layout.js";

/** The help of one command: what it takes, every option under its heading, and command lines to copy. */
export function commandHelp(name: CommandName, io: Pick<Io, "stdout" | "environment">): string {
  const { summary, arguments: words, examples } = COMMANDS[name];
  const width = helpWidth(io);
  const paint = createPaint(io.stdout, io);
  const sections = toSections(name);
  const column = termColumn(
    sections.flatMap(({ rows }) => rows),
    width,
  );
  const layout = { width, column, paintTerm: (term: string) => paint("cyan", term) };
  const lines = [
    ...wrapText(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`, width),
    "",
    `${paint("bold", "Usage:")} mlserve ${[name, ...words.map(usageOf), "[options]"].join(" ")}`,
    ...sections.flatMap(({ title, rows }) => ["", paint("bold", `${title}:`), ...layoutRows(rows, layout)]),
    "",
    paint("bold", "Examples:"),
    ...examples.map((example) => `  ${example}`),
    "",
    ...sourcesHelp(width),
  ];
  return `${lines.join("\n")}\n`;
}

interface Section {
  readonly title: string;
  readonly rows: readonly Row[];
}

function toSections(name: CommandName): readonly Section[] {
  const words: Row[] = COMMANDS[name].arguments.map((argument) => [argument.name, argument.help]);
  const groups = groupOptions(describeOptions(COMMAND_OPTIONS[name])).map(({ title, options }) => ({
    title,
    rows: [
      ...options.map((option): Row => [toUsage(option), toHelpText(option)]),
      ...(title === "Common options" ? [HELP] : []),
    ],
  }));
  return words.length === 0 ? groups : [{ title: "Arguments", rows: words }, ...groups];
}

const HELP: Row = ["-h, --help", "show this help"];

function usageOf({ name, optional }: Argument): string {
  return optional === true ? `[${name}]` : `<${name}>`;
}
