import { type Clock, monotonicClock } from "../core/clock.js";

/** As many in a row say that all has been read: a connection is taken in one turn, and its request read in the next. */
const QUIET = 2;
/** What comes without end is not waited for. */
const MOST = 64;
/** Nor for longer: while large bodies come in, a turn takes milliseconds. */
const MOST_MS = 10;

/**
 * Waits, after a run that kept the event loop, until what came meanwhile has been read, and perhaps refused: the system hands
 * out one new connection a turn.
 */
export class QuietTurns {
  private readonly clock: Clock;
  private comings = 0;
  private isWaiting = false;

  constructor(clock: Clock = monotonicClock) {
    this.clock = clock;
  }

  get waits(): boolean {
    return this.isWaiting;
  }

  /** A request has come. */
  came(): void {
    this.comings++;
  }

  /** Not to be called while it waits. */
  wait(go: () => void): void {
    this.isWaiting = true;
    let seen = this.comings;
    let quiet = 0;
    let turns = 0;
    const since = this.clock();
    const turn = (): void => {
      quiet = this.comings === seen ? quiet + 1 : 0;
      seen = this.comings;
      turns++;
      const isOver = quiet >= QUIET || turns >= MOST || this.clock() - since >= MOST_MS;
      if (!isOver) setImmediate(turn);
      else {
        this.isWaiting = false;
        go();
      }
    };
    setImmediate(turn);
  }
}

/** A run that takes longer keeps others waiting for longer than a few turns take. */
export const LONG_RUN_MS = 1;
