/** A fenced block of a page. */
export interface Block {
  /** Line of the page that its first line is, counted from 1. */
  readonly line: number;
  readonly language: string;
  readonly text: string;
  /** What the comment above it says to the test; readers do not see it. */
  readonly mark: Mark;
  /** Nothing but blank lines stands between it and the block before. */
  readonly isDirectlyAfter: boolean;
}

/**
 * `<!-- file: NAME -->`: the reader saves the block as that file.
 * `<!-- exit: CODE -->`: the last command of the block ends with that code.
 * `<!-- not run: REASON -->`: the block cannot be run here; `commands.test.ts` lists the reasons.
 */
export interface Mark {
  readonly file?: string;
  readonly exit?: number;
  readonly notRun?: string;
}

const FENCED = /^(?:<!-- (?<mark>[a-z ]+): (?<value>[^\n]+) -->\n)?```(?<language>\w*)\n(?<text>.*?)^```$/gms;

const MARKS: Readonly<Record<string, (value: string) => Mark>> = {
  file: (value) => ({ file: value }),
  exit: (value) => ({ exit: Number(value) }),
  "not run": (value) => ({ notRun: value }),
};

/** The fenced blocks of a page, in order. Throws when the comment above one is no mark that the test knows. */
export function parseBlocks(page: string): Block[] {
  let end = 0;
  return Array.from(page.matchAll(FENCED), (match) => {
    const { mark, value = "", language = "", text = "" } = match.groups ?? {};
    const between = page.slice(end, match.index);
    const isDirectlyAfter = end > 0 && between.trim() === "";
    end = match.index + match[0].length;
    const fence = match.index + match[0].indexOf("```");
    const line = page.slice(0, fence).split("\n").length + 1;
    return { line, language, text, mark: toMark(mark, value, line), isDirectlyAfter };
  });
}

function toMark(name: string | undefined, value: string, line: number): Mark {
  if (name === undefined) return {};
  const make = MARKS[name];
  if (make === undefined) throw new Error(`line ${line}: "${name}" is none of ${Object.keys(MARKS).join(", ")}`);
  return make(value);
}

/** One thing that the reader does: saves a file, or runs a block and compares what is printed with what is shown. */
export type Step =
  | { readonly does: "save"; readonly line: number; readonly file: string; readonly text: string }
  | {
      readonly does: "run";
      readonly line: number;
      readonly commands: readonly string[];
      readonly exit: number;
      readonly shown: Block | undefined;
    };

/** What a reader does who follows a page from its top, without the blocks that cannot be run here. */
export function toSteps(blocks: readonly Block[]): Step[] {
  return blocks.flatMap((block, i): Step[] => {
    const { line, language, text, mark } = block;
    if (mark.file !== undefined) return [{ does: "save", line, file: mark.file, text }];
    if (language !== "sh" || mark.notRun !== undefined) return [];
    const next = blocks[i + 1];
    const shown = next !== undefined && isOutput(next) ? next : undefined;
    return [{ does: "run", line, commands: toCommands(text), exit: mark.exit ?? 0, shown }];
  });
}

function isOutput({ language, mark, isDirectlyAfter }: Block): boolean {
  return isDirectlyAfter && mark.file === undefined && ["json", "text"].includes(language);
}

/** Commands of a block: a line with an open quote or a backslash at its end goes on in the next; comments are none. */
function toCommands(text: string): string[] {
  const commands: string[] = [];
  let open = "";
  for (const line of text.trimEnd().split("\n")) {
    open = open === "" ? line : `${open}\n${line}`;
    if ((open.match(/'/g) ?? []).length % 2 === 1 || line.endsWith("\\")) continue;
    if (!/^\s*(#|$)/.test(open)) commands.push(open);
    open = "";
  }
  return commands;
}
