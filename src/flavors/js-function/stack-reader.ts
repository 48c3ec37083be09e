import { SourceMap, type SourceMapPayload } from "node:module";

/** Reads the stacks of errors that the code of one module threw. */
export interface StackReader {
  /** `predict.ts:3` for the topmost line of a stack that lies in the module; undefined where there is none. */
  placeOf(error: unknown): string | undefined;
  /** The stack with the files and lines of the sources, without paths of this machine; undefined for what is no error. */
  toSourceStack(error: unknown): string | undefined;
}

/**
 * The reader of the stacks of a module, which may end in an inline source map.
 *
 * Node could do so by itself (`--enable-source-maps`), but for the whole process or not at all.
 */
export function createStackReader(code: string, url: string, module: string): StackReader {
  const { pathname, search } = new URL(url);
  const place = new RegExp(`${addressOf(pathname)}(?:${escapeText(search)})?:(\\d+)(?::(\\d+))?`, "g");
  // A process that reads source maps by itself (--enable-source-maps) names sources as if they lay beside the module.
  const folder = addressOf(pathname.slice(0, pathname.lastIndexOf("/") + 1));
  const beside = new RegExp(`${folder}([^\\s():?]+:\\d+(?::\\d+)?)`, "g");
  let map: SourceMap | undefined;

  function toSource(line: string, column = "1"): string {
    map ??= readInlineMap(code);
    const entry = map?.findEntry(Number(line) - 1, Number(column) - 1);
    return entry !== undefined && "originalSource" in entry
      ? `${entry.originalSource}:${entry.originalLine + 1}:${entry.originalColumn + 1}`
      : `${module}:${line}${column === "1" ? "" : `:${column}`}`;
  }

  /** Up to the last line of the module: who called it is of no interest to its author. */
  function toSources(stack: string): string {
    const lines = stack.split("\n");
    const last = lines.findLastIndex((line) => line.search(place) !== -1 || line.search(beside) !== -1);
    return lines
      .slice(0, last === -1 ? undefined : last + 1)
      .join("\n")
      .replace(place, (_, line: string, column?: string) => toSource(line, column))
      .replace(beside, "$1");
  }

  return {
    placeOf(error) {
      const stack = error instanceof Error ? (error.stack ?? "") : "";
      const top = stack.split("\n").find((line) => line.search(place) !== -1 || line.search(beside) !== -1) ?? "";
      const [found] = top.matchAll(place);
      const [read] = top.matchAll(beside);
      const source = found?.[1] === undefined ? read?.[1] : toSource(found[1], found[2]);
      return source?.replace(/^([^:]*:\d+):\d+$/, "$1");
    },
    toSourceStack: (error) =>
      error instanceof Error && error.stack !== undefined ? toSources(error.stack) : undefined,
  };
}

/** The loader of a test runner writes the path where Node writes the address. */
function addressOf(pathname: string): string {
  return `(?:file://)?(?:${escapeText(pathname)}|${escapeText(decodeURIComponent(pathname))})`;
}

function escapeText(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function readInlineMap(code: string): SourceMap | undefined {
  const encoded = /\/\/# sourceMappingURL=data:application\/json;base64,([A-Za-z0-9+/=]+)\s*$/.exec(code)?.[1];
  if (encoded === undefined) return undefined;
  // esbuild wrote it; a module with another map of its own is read by its own lines.
  const payload: SourceMapPayload = JSON.parse(Buffer.from(encoded, "base64").toString("utf8"));
  return new SourceMap(payload);
}
