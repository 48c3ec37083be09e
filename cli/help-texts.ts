import { type ERRORS, EXIT } from "../src/core/errors.js";

/** Where options come from besides the command line, within 80 columns. */
export const SOURCES_HELP = [
  "Options may also be set by variables (MLSERVE_MAX_BODY for --max-body) and in a",
  "file mlserve.yaml. A flag goes before a variable, and that before the file.",
].join("\n");

/** What the exit codes mean, for the help. */
export const EXIT_CODES_HELP = Object.entries({
  [EXIT.failure]: "a fault of mlserve or of the model's code",
  [EXIT.usage]: "a wrong option or argument",
  [EXIT.model]: "the model or package is missing, broken or not supported",
  [EXIT.input]: "the request body is wrong",
  [EXIT.environment]: "the machine: port in use, missing runtime, unreadable file",
} satisfies Record<(typeof ERRORS)[keyof typeof ERRORS]["exit"], string>)
  .map(([code, meaning]) => `  ${code}  ${meaning}`)
  .join("\n");
