import { ensureInstalled } from "./ensure-installed.mjs";
import { runScript } from "./processes.mjs";

await runScript(() => ensureInstalled());
