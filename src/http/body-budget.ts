import { totalmem } from "node:os";
import { MlserveError } from "../core/errors.js";

export interface BodyBudgetOptions {
  /** Bytes of bodies that may be held at once, over all requests: at least two bodies of the largest size. */
  readonly bytes: number;
  /** Bytes of the largest body. */
  readonly maxBodyBytes: number;
  /** How long a body may wait to be read on. Default 45 s: less than the time that a request has to come in. */
  readonly waitMs?: number;
}

const WAIT_MS = 45_000;

/** More is no use: bodies are answered one after another. */
const MOST_BY_DEFAULT = 768 * 1024 ** 2;

/** An eighth of the memory that the machine or the container has, at most 768 MiB, at least two of the largest bodies. */
export function defaultBodyMemory(maxBodyBytes: number): number {
  // 0 and absurdly large numbers stand for no limit.
  const granted = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY);
  return Math.max(2 * maxBodyBytes, Math.min(MOST_BY_DEFAULT, Math.floor(granted / 8)));
}

/**
 * Bounds what all bodies together take, counted while they come: beyond it a body is not read on until others are done.
 *
 * One body may always go on, so that bodies which have come in part never wait for each other for ever; room for that one
 * is kept free for as long as nobody is it.
 */
export class BodyBudget {
  private readonly shared: number;
  private readonly waitMs: number;
  private used = 0;
  private readonly waiting = new Set<Waiter>();
  /** The one that goes on although the shared part is used up. */
  private favoured: BodyShare | undefined;

  constructor({ bytes, maxBodyBytes, waitMs = WAIT_MS }: BodyBudgetOptions) {
    this.shared = Math.max(0, bytes - maxBodyBytes);
    this.waitMs = waitMs;
  }

  /** Bytes that are held now. */
  get held(): number {
    return this.used;
  }

  /** A share for one body, which holds nothing yet. */
  open(): BodyShare {
    return new BodyShare(this);
  }

  /** Takes bytes that have come: undefined where more may come at once, else what settles when they may. */
  take(share: BodyShare, count: number): Promise<void> | undefined {
    this.used += count;
    return this.mayGoOn(share) ? undefined : this.wait(share);
  }

  giveBack(share: BodyShare, count: number): void {
    this.used -= count;
    if (this.favoured === share) this.favoured = undefined;
    for (const waiter of this.waiting) if (waiter.share === share) waiter.go();
    for (const waiter of this.waiting) {
      if (!this.mayGoOn(waiter.share)) break;
      waiter.go();
    }
  }

  private mayGoOn(share: BodyShare): boolean {
    if (this.used <= this.shared || this.favoured === share) return true;
    if (this.favoured !== undefined) return false;
    this.favoured = share;
    return true;
  }

  private wait(share: BodyShare): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(timer);
        this.waiting.delete(waiter);
      };
      const timer = setTimeout(() => {
        leave();
        reject(noRoom());
      }, this.waitMs);
      const waiter = {
        share,
        go: () => {
          leave();
          resolve();
        },
      };
      this.waiting.add(waiter);
    });
  }
}

interface Waiter {
  readonly share: BodyShare;
  /** There is room, or nobody needs it any more. */
  go(): void;
}

/** What one body holds of a {@link BodyBudget}. */
export class BodyShare {
  private readonly budget: BodyBudget;
  private count = 0;
  private isOver = false;

  constructor(budget: BodyBudget) {
    this.budget = budget;
  }

  /** Rejects with `body_not_taken` when there is no room in time; once released, nothing is counted any more. */
  take(count: number): Promise<void> | undefined {
    if (this.isOver) return undefined;
    this.count += count;
    return this.budget.take(this, count);
  }

  /** Gives back all that it holds. Doing so again changes nothing. */
  release(): void {
    if (this.isOver) return;
    this.isOver = true;
    this.budget.giveBack(this, this.count);
  }
}

const RETRY_MS = 1000;

function noRoom(): MlserveError {
  return new MlserveError("body_not_taken", "the server had no room for the body in time, as it is at many others", {
    hint: "Try again, or send fewer rows at a time",
    retryAfterMs: RETRY_MS,
  });
}
