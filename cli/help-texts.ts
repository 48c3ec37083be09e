/** Where options come from besides the command line, within 80 columns. */
export const SOURCES_HELP = [
  "Options may also be set by variables (MLSERVE_MAX_BODY for --max-body) and in a",
  "file mlserve.yaml. A flag goes before a variable, and that before the file.",
].join("\n");
