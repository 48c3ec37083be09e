import type { Limiter } from "../serve/access/guard.js";

/** Callers of one turn of the event loop, and how long each has to wait. */
interface Gathered {
  readonly callers: string[];
  readonly waits: Promise<readonly number[]>;
}

/**
 * A limit that another process keeps. `ask` takes one request of each caller there, and gives the milliseconds that it has to
 * wait; it is called once for all that ask in one turn of the event loop, as a question costs more than its answer.
 */
export function createSharedLimiter(ask: (callers: readonly string[]) => Promise<readonly number[]>): Limiter {
  let gathered: Gathered | undefined;
  const gather = (): Gathered => {
    const callers: string[] = [];
    const waits = new Promise<readonly number[]>((resolve) => {
      setImmediate(() => {
        gathered = undefined;
        resolve(ask(callers));
      });
    });
    return { callers, waits };
  };
  return {
    async take(caller) {
      gathered ??= gather();
      const { callers, waits } = gathered;
      const at = callers.push(caller) - 1;
      return (await waits)[at] ?? 0;
    },
  };
}
