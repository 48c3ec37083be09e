/**
 * The first release of each line of Node in which an attacker cannot choose keys of JSON that take minutes to read
 * (CVE-2026-21717, March 2026). Lines that are not here end before it, or begin after it.
 */
const PATCHED: Readonly<Record<number, readonly [minor: number, patch: number]>> = {
  20: [20, 2],
  22: [22, 2],
  24: [14, 1],
  25: [8, 2],
};
const FIRST_LINE_AFTER = 26;

/** Has this release of Node, such as `22.22.2`, the fixes without which nobody but friends should reach a server? */
export function isPatchedNode(version: string): boolean {
  const [line = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  const first = PATCHED[line];
  if (first === undefined) return line >= FIRST_LINE_AFTER;
  return minor > first[0] || (minor === first[0] && patch >= first[1]);
}

/** What to do about one that has not. */
export const UNPATCHED_NODE =
  "this release of Node can be kept busy for minutes by a small request (CVE-2026-21717): update to 22.22.2, 24.14.1 or later";
