/** A path of a source as it may be told: nothing of where the folder lies on this machine. */
export function shownPath(path: string): string {
  const installed = path.lastIndexOf("node_modules/");
  if (installed > 0) return path.slice(installed);
  return path.startsWith("../") || /^([a-z]:)?[\\/]/i.test(path) ? `outside/${path.split(/[\\/]/).at(-1)}` : path;
}
