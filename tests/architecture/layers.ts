/** What each folder of `src` (and `cli`, `index.ts`) may import besides itself. */
export type Layers = ReadonlyMap<string, ReadonlySet<string> | "everything">;

const ROW = /^\| `([\w.-]+)` \| (.+?) \|/;

/** Reads the table under `## Layers` of docs/architecture.md: `| \`codec\` | \`core\`, \`format\` |`. */
export function parseLayers(markdown: string): Layers {
  const section = /^## Layers$([\s\S]*?)(?=^## )/m.exec(`${markdown}\n## `)?.[1] ?? "";
  const rows = section.split("\n").flatMap((line) => {
    const [, folder, cell] = ROW.exec(line) ?? [];
    return folder === undefined || cell === undefined ? [] : [[folder, parseCell(cell)] as const];
  });
  if (rows.length === 0) throw new Error("docs/architecture.md has no table of layers under '## Layers'");
  return new Map(rows);
}

function parseCell(cell: string): ReadonlySet<string> | "everything" {
  if (cell === "everything") return "everything";
  if (cell === "nothing") return new Set();
  return new Set(Array.from(cell.matchAll(/`([\w.-]+)`/g), ([, name = ""]) => name));
}

/** The layer a file of the project belongs to: a folder of `src`, `index.ts`, or `cli`. */
export function layerOf(path: string): string {
  const [top = "", folder = ""] = path.split("/");
  return top === "src" ? folder : top;
}
