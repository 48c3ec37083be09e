import { EXIT } from "../src/core/errors.js";
import { createPaint } from "./colors.js";
import { COMMANDS } from "./commands.js";
import { helpWidth, sourcesHelp } from "./help-texts.js";
import type { Io } from "./io.js";
import { layoutRows, type Row, termColumn, wrapText } from "./layout.js";

/** What the exit codes mean; 128 and the number of the signal are the system's own. */
const EXIT_MEANINGS = {
  failure: "a fault of the model's code, or of mlserve; a test that failed, models that differ",
  usage: "a wrong option or argument",
  model: "the model is missing, broken or not supported",
  input: "the data for the model is wrong",
  environment: "the machine: a port in use, a missing runtime, an unreadable file",
} satisfies Record<keyof typeof EXIT, string>;

/** The first command lines of whoever is new. */
const FIRST_STEPS: readonly Row[] = [
  ["mlserve pack ./model", "put what MLflow saved, or an .onnx file, into one package"],
  ["mlserve serve model.tar", "answer POST http://127.0.0.1:8080/invocations"],
  ["mlserve serve --help", "options and examples of a command"],
];

const OPTIONS: readonly Row[] = [
  ["-h, --help", "show this help"],
  ["-V, --version", "print the version"],
];

/** The help of the program: its commands, and where to go from there. It loads no command. */
export function overviewHelp(io: Pick<Io, "stdout" | "environment">): string {
  const paint = createPaint(io.stdout, io);
  const width = helpWidth(io);
  const section = (title: string, rows: readonly Row[]): string[] => {
    const layout = { width, column: termColumn(rows, width), paintTerm: (term: string) => paint("cyan", term) };
    return ["", paint("bold", `${title}:`), ...layoutRows(rows, layout)];
  };
  const lines = [
    ...wrapText("Package machine-learning models in MLflow's format and serve them from Node.", width),
    "",
    `${paint("bold", "Usage:")} mlserve <command> [options]`,
    ...section("Start here", FIRST_STEPS),
    ...section(
      "Commands",
      Object.entries(COMMANDS).map(([name, { summary }]) => [name, summary]),
    ),
    ...section("Options", OPTIONS),
    "",
    ...sourcesHelp(width),
    ...section("Exit codes", [["0", "done"], ...exitRows(), ["130", "interrupted with Ctrl-C"]]),
  ];
  return `${lines.join("\n")}\n`;
}

function exitRows(): Row[] {
  return Object.entries(EXIT).map(([name, code]) => [String(code), EXIT_MEANINGS[name as keyof typeof EXIT]]);
}
