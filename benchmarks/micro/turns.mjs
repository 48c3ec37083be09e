/**
 * Runs every piece of work in turns, so that a machine that slows down slows all of them, and gives the median of each
 * in microseconds a call.
 *
 * @param {Record<string, () => unknown>} works
 * @param {{ rounds: number, milliseconds: number }} options each turn calls its work as often as fits
 * @returns {Record<string, { median: number, low: number, high: number }>} low and high hold half of the rounds
 */
export function takeTurns(works, { rounds, milliseconds }) {
  const names = Object.keys(works);
  const calls = Object.fromEntries(names.map((name) => [name, callsWithin(works[name], milliseconds)]));
  const times = Object.fromEntries(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    const order = round % 2 === 0 ? names : names.toReversed();
    for (const name of order) times[name].push(timeCalls(works[name], calls[name]));
  }
  return Object.fromEntries(names.map((name) => [name, summarize(times[name])]));
}

/** Warms up as well. @param {() => unknown} work @param {number} milliseconds */
function callsWithin(work, milliseconds) {
  let calls = 0;
  for (const end = performance.now() + 5 * milliseconds; performance.now() < end; calls++) work();
  return Math.max(1, Math.round(calls / 5));
}

/** @param {() => unknown} work @param {number} calls */
function timeCalls(work, calls) {
  const start = performance.now();
  for (let i = 0; i < calls; i++) work();
  return ((performance.now() - start) * 1000) / calls;
}

/** @param {number[]} times */
function summarize(times) {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}
