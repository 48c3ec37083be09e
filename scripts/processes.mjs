import { spawn } from "node:child_process";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the project. */
export const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** Said and done with, without a stack: what the user can mend. */
export class Failure extends Error {
  constructor(message, exitCode = 1) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** Runs the main function of a script and ends the process with its exit code. */
export async function runScript(main) {
  try {
    checkNode();
    process.exitCode = (await main(process.argv.slice(2))) ?? 0;
  } catch (error) {
    console.error(error instanceof Failure ? `mlserve: error: ${error.message}` : error);
    process.exitCode = error instanceof Failure ? error.exitCode : 1;
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  throw new Failure(`Node 20.19 or later is needed, this is ${process.versions.node}: see https://nodejs.org`, 5);
}

/** Runs a program in the project's folder to its end, on this terminal, and gives its exit code. */
export function runProgram(command, args, options = {}) {
  const child = spawn(command, args, { cwd: ROOT, stdio: "inherit", ...options });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(signal === null ? code : 128));
  });
}

/** The same for a script of Node's, with the Node that runs now unless told otherwise. */
export function runNode(args, { node = process.execPath, ...options } = {}) {
  return runProgram(node, args, options);
}

/** Runs npm: the one that started this script, else the one on the path. */
export function runNpm(args, options = {}) {
  const started = process.env.npm_execpath ?? "";
  // For a clone on a closed network, whatever npm does with the key in .npmrc.
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip", ...options.env };
  if (basename(started) === "npm-cli.js") return runNode([started, ...args], { ...options, env });
  // npm is a script for the shell on Windows; the arguments are our own and hold nothing that a shell would read.
  return runProgram("npm", args, { shell: process.platform === "win32", ...options, env });
}
