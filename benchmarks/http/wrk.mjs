import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { ONE_ROW } from "./request.mjs";

/** Is the other client there, whose figures confirm those of autocannon? (Debian: apt-get install wrk) */
export function hasWrk() {
  return spawnSync("wrk", ["--version"]).error === undefined;
}

/**
 * Asks as runLoad does, with another client; answers are not compared, but have to have a status of success.
 *
 * @param {string} url
 * @param {{ connections: number, seconds: number, folder: string }} options `folder`: for its script
 * @returns {Promise<number>} requests a second
 */
export async function runWrk(url, { connections, seconds, folder }) {
  const script = join(folder, "one-row.lua");
  // A body of JSON without quotes of its own kind: a long string of Lua takes it as it is.
  writeFileSync(
    script,
    `wrk.method = "POST"\nwrk.headers["content-type"] = "application/json"\nwrk.body = [==[${ONE_ROW}]==]\n`,
  );
  const text = await outputOf("wrk", ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, url]);
  const faults = /(Non-2xx or 3xx responses: \d+|Socket errors: .*)/.exec(text)?.[1];
  if (faults !== undefined) throw new Error(`wrk ${url}: ${faults}`);
  return Number(/^Requests\/sec: +([\d.]+)/m.exec(text)?.[1]);
}

/** @param {string} command @param {string[]} args @returns {Promise<string>} */
function outputOf(command, args) {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  child.stdout.on("data", (chunk) => {
    text += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => (code === 0 ? resolve(text) : reject(new Error(`${command} ended with ${code}`))));
  });
}
