/** Exit codes of a program that a signal has ended, as shells have them. */
export const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129, SIGBREAK: 149 } as const;

/** A signal that asks a program to end. */
export type ExitSignal = keyof typeof EXIT_CODES;
