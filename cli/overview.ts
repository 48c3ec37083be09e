import { EXIT } from "../src/core/errors.js";
import { createPaint } from "./colors.js";
import { COMMANDS } from "./commands.js";
import { SOURCES_HELP } from "./help-texts.js";
import type { Io } from "./io.js";
import { layoutRows, wrapText } from "./layout.js";

/** What the exit codes mean. */
const EXIT_MEANINGS = {
  failure: "a fault of the model's code, or of mlserve",
  usage: "a wrong option or argument",
  model: "the model is missing, broken or not supported",
  input: "the data for the model is wrong",
  environment: "the machine: a port in use, a missing runtime, an unreadable file",
} satisfies Record<keyof typeof EXIT, string>;

/** The help of the program: its commands, and where to go from there. It loads no command. */
export function overviewHelp(io: Io): string {
  const paint = createPaint(io.stdout, io);
  const width = helpWidth(io);
  const rows = (table: readonly (readonly [string, string])[], column: number): string[] =>
    layoutRows(table, { width, column });
  const entries = Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary] as const);
  const exits = Object.entries(EXIT).map(([name, code]) => [code, EXIT_MEANINGS[name as keyof typeof EXIT]] as const);
  const lines = [
    ...wrapText("Package machine-learning models in MLflow's format and serve them from Node.", width),
    "",
    `${paint("bold", "Usage:")} mlserve <command> [options]`,
    "",
    paint("bold", "Start here:"),
    ...rows(
      [
        ["mlserve pack ./model", "put what MLflow saved, or an .onnx file, into one package"],
        ["mlserve serve model.tar", "answer POST http://127.0.0.1:8080/invocations"],
        ["mlserve serve --help", "options and examples of a command"],
      ],
      24,
    ).map((line) => line.replace(/^ {2}mlserve.{19}/, (command) => paint("cyan", command))),
    "",
    paint("bold", "Commands:"),
    ...rows(entries, 12),
    "",
    paint("bold", "Options:"),
    ...rows(
      [
        ["-h, --help", "show this help"],
        ["-V, --version", "print the version"],
      ],
      13,
    ),
    "",
    SOURCES_HELP,
    "",
    paint("bold", "Exit codes:"),
    ...rows(
      exits.map(([code, meaning]) => [String(code), meaning]),
      1,
    ),
  ];
  return `${lines.join("\n")}\n`;
}

/** Lines that are longer are hard to read on any terminal. */
const WIDEST_HELP = 100;

/** Columns of a help text: those of the terminal, 80 where there is none. */
export function helpWidth({ stdout }: Io): number {
  return Math.min(stdout.columns ?? 80, WIDEST_HELP);
}
