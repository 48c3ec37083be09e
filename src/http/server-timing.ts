import { PHASES, type Phase } from "../core/clock.js";

/** The header that tells a client what its request took, as https://www.w3.org/TR/server-timing/ has it. */
export const SERVER_TIMING_HEADER = "server-timing";

/** `decode;dur=0.21, queue;dur=0.011, …`: milliseconds, to the microsecond. */
export function serverTiming(phases: Readonly<Record<Phase, number>>): string {
  return PHASES.map((phase) => `${phase};dur=${Math.round(phases[phase] * 1000) / 1000}`).join(", ");
}
