import { ensureBuilt } from "./ensure-built.mjs";
import { runScript } from "./processes.mjs";

await runScript(() => ensureBuilt({ force: true }));
