import { MlserveError } from "../../core/errors.js";

/** Gives its place back; doing so again changes nothing. */
export type Release = () => void;

/** Lets so many in at once; who comes later waits for a place, first come, first served. */
export interface Limiter {
  /** Throws `request_aborted` when the signal is aborted first. */
  enter(signal: AbortSignal): Promise<Release>;
}

export function createLimiter(places: number): Limiter {
  const waiting = new Set<() => void>();
  let free = places;

  function leave(): void {
    const [next] = waiting;
    if (next === undefined) free++;
    else next();
  }

  function take(): Release {
    let held = true;
    return () => {
      if (held) leave();
      held = false;
    };
  }

  return {
    async enter(signal) {
      if (signal.aborted) throw givenUp();
      if (free > 0) {
        free--;
        return take();
      }
      await waitForTurn(waiting, signal);
      return take();
    },
  };
}

function waitForTurn(waiting: Set<() => void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      waiting.delete(go);
      signal.removeEventListener("abort", stop);
      finish();
    };
    const go = (): void => settle(resolve);
    const stop = (): void => settle(() => reject(givenUp()));
    waiting.add(go);
    signal.addEventListener("abort", stop, { once: true });
  });
}

function givenUp(): MlserveError {
  return new MlserveError("request_aborted", "the request was given up before the model ran");
}
