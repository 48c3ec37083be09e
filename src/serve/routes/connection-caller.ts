import type { ServerResponse } from "node:http";
import { LazySignal } from "../../core/caller-signal.js";

/** The client at the other end of a connection: aborted when it leaves before its answer is sent. */
export class ConnectionCaller extends LazySignal {
  private readonly outgoing: ServerResponse;
  private onClose: (() => void) | undefined;

  constructor(outgoing: ServerResponse) {
    super();
    this.outgoing = outgoing;
  }

  get aborted(): boolean {
    return this.outgoing.destroyed && !this.outgoing.writableFinished;
  }

  protected watch(): void {
    this.onClose = () => {
      if (this.aborted) this.tell();
    };
    this.outgoing.on("close", this.onClose);
  }

  protected unwatch(): void {
    if (this.onClose !== undefined) this.outgoing.off("close", this.onClose);
  }
}
