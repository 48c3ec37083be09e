/** A signal that is aborted once all of the given ones are. */
export interface SharedSignal {
  readonly signal: AbortSignal;
  /** Lets go of the given signals. */
  release(): void;
}

export function allAborted(signals: readonly AbortSignal[]): SharedSignal {
  const controller = new AbortController();
  let left = 0;
  const onAbort = (): void => {
    left--;
    if (left === 0) controller.abort();
  };
  const open = signals.filter(({ aborted }) => !aborted);
  left = open.length;
  if (left === 0) controller.abort();
  for (const signal of open) signal.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    release() {
      for (const signal of open) signal.removeEventListener("abort", onAbort);
    },
  };
}
