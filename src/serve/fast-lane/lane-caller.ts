import { LazySignal } from "../../core/caller-signal.js";

/** The client at the other end of a connection in the lane, which tells it when the client has left. */
export class LaneCaller extends LazySignal {
  private hasLeft = false;

  get aborted(): boolean {
    return this.hasLeft;
  }

  leave(): void {
    this.hasLeft = true;
    this.tell();
  }

  protected watch(): void {}
  protected unwatch(): void {}
}
