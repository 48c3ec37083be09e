import { FirstProcess } from "../../src/processes/first-process.js";
import { endWithParent } from "../../src/workers/end-with-parent.js";
import { type ServingOrder, serveOrder } from "./serve-order.js";

/*
 * The program of each of several processes that serve: loads the model that the first process has opened, and answers on the
 * connections that it hands over. It ends with the first process, however that ends.
 */

void main();

async function main(): Promise<void> {
  endWithParent(Number(process.argv[2]));
  // Ctrl-C and service managers signal every process at once; the first one says what is to be done.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => {});
  process.once("disconnect", () => process.exit(1));
  const first = new FirstProcess(process);
  // Whatever is thrown where nobody catches it ends this process: the first one tells it, and replaces it.
  process.once("uncaughtException", (error) => void first.refuse(error).finally(() => process.exit(1)));
  try {
    await serveOrder((await first.order) as ServingOrder, first, {
      stderr: process.stderr,
      environment: process.env,
      pid: process.pid,
      atExit: (cleanup) => process.once("exit", cleanup),
    });
    process.exit(0);
  } catch (error) {
    await first.refuse(error);
    process.exit(1);
  }
}
