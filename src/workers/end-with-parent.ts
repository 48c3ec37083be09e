import { Worker } from "node:worker_threads";

/**
 * Ends this process, and the group that it leads, when the one that started it has died, also while a model's code blocks it for good: then it cannot
 * see a socket close. A thread of its own can look, for a process whose parent has died gets another.
 *
 * @param parent its number, as it said itself: it may be dead by now
 */
export function endWithParent(parent: number): void {
  const watch = `
    const { workerData } = require("node:worker_threads");
    setInterval(() => { if (process.ppid !== workerData) end(); }, 1000);
    const end = () => {
      try { process.kill(-process.pid, "SIGKILL"); } catch { process.kill(process.pid, "SIGKILL"); }
    };
  `;
  const resourceLimits = { maxOldGenerationSizeMb: 8, maxYoungGenerationSizeMb: 1 };
  new Worker(watch, { eval: true, workerData: parent, resourceLimits }).unref();
}
