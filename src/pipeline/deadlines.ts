import { type Clock, monotonicClock } from "../core/clock.js";

/** The end of the time that something has. */
export interface Deadline {
  /** It is done in time. Doing so again, or too late, changes nothing. */
  cancel(): void;
  /** Its time begins anew, also when it is over; not when it was cancelled. */
  postpone(): void;
}

/**
 * The deadlines of many, nearly all of which have the same time and are done long before: the first that began is then the
 * first to end, and one timer does for all of them. A timer of its own costs a small request more than counting it.
 */
export class Deadlines {
  private readonly clock: Clock;
  private readonly lines = new Map<number, Line>();

  constructor(clock: Clock = monotonicClock) {
    this.clock = clock;
  }

  /** Calls `onEnd` after so many milliseconds, unless that is cancelled. */
  start(milliseconds: number, onEnd: () => void): Deadline {
    let line = this.lines.get(milliseconds);
    if (line === undefined) {
      line = new Line(milliseconds, this.clock, () => this.lines.delete(milliseconds));
      this.lines.set(milliseconds, line);
    }
    return new Entry(line, onEnd);
  }
}

/** Those that have the same time, in the order in which they end. */
class Line {
  private readonly milliseconds: number;
  private readonly clock: Clock;
  private readonly onEmpty: () => void;
  private readonly entries = new Map<Entry, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(milliseconds: number, clock: Clock, onEmpty: () => void) {
    this.milliseconds = milliseconds;
    this.clock = clock;
    this.onEmpty = onEmpty;
  }

  add(entry: Entry): void {
    this.entries.set(entry, this.clock() + this.milliseconds);
    if (this.timer === undefined) this.timer = setTimeout(this.look, this.milliseconds);
    else if (this.entries.size === 1) this.timer.ref();
  }

  delete(entry: Entry): void {
    this.entries.delete(entry);
    // The timer stays for those that come, but keeps no process alive.
    if (this.entries.size === 0) this.timer?.unref();
  }

  private readonly look = (): void => {
    this.timer = undefined;
    const now = this.clock();
    for (const [entry, due] of this.entries) {
      if (due > now) {
        // One that ended just now may have begun another.
        clearTimeout(this.timer);
        this.timer = setTimeout(this.look, due - now);
        return;
      }
      this.entries.delete(entry);
      entry.onEnd();
    }
    if (this.timer === undefined) this.onEmpty();
  };
}

class Entry implements Deadline {
  readonly onEnd: () => void;
  private readonly line: Line;
  private isCancelled = false;

  constructor(line: Line, onEnd: () => void) {
    this.line = line;
    this.onEnd = onEnd;
    line.add(this);
  }

  cancel(): void {
    this.isCancelled = true;
    this.line.delete(this);
  }

  postpone(): void {
    if (this.isCancelled) return;
    this.line.delete(this);
    this.line.add(this);
  }
}
