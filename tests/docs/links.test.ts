import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));

function markdownFiles(folder: string, recursive: boolean): string[] {
  const names = readdirSync(resolve(root, folder), { recursive, encoding: "utf8" });
  return names.filter((name) => name.endsWith(".md")).map((name) => resolve(root, folder, name));
}

/** GitHub's anchor of a heading. */
function toAnchor(heading: string): string {
  const text = heading.replace(/`/g, "").toLowerCase();
  return text.replace(/[^\p{L}\p{N}\s_-]/gu, "").replace(/\s/g, "-");
}

/** Links of a page that lead nowhere: to a file that is not there, or to an anchor that its file does not have. */
function brokenLinks(page: string, markdown: string): string[] {
  const links = Array.from(markdown.matchAll(/\]\((?!\w+:)([^)\s]*)\)/g), ([, target = ""]) => target);
  return links.filter((link) => {
    const [file = "", anchor] = link.split("#");
    const target = resolve(dirname(page), file);
    if (file !== "" && !existsSync(target)) return true;
    if (anchor === undefined) return false;
    return !anchorsOf(file === "" ? markdown : readFileSync(target, "utf8")).includes(anchor);
  });
}

function anchorsOf(markdown: string): string[] {
  const headings = Array.from(markdown.matchAll(/^#+ (.+)$/gm), ([, heading = ""]) => toAnchor(heading));
  return [...headings, ...Array.from(markdown.matchAll(/<a id="([^"]+)">/g), ([, id = ""]) => id)];
}

describe("lists of pages", () => {
  it.each(["docs", "examples"])("name every page of %s", (folder) => {
    const list = readFileSync(resolve(root, folder, "README.md"), "utf8");
    const pages = markdownFiles(folder, true).map((path) => path.slice(resolve(root, folder).length + 1));
    const own = pages.filter((page) => !/^(README|decisions.*|api.README)\.md$/.test(page));
    expect(own.length).toBeGreaterThan(3);
    expect(own.filter((page) => !list.includes(`](${page.replaceAll("\\", "/")})`))).toEqual([]);
  });
});

describe("links between pages", () => {
  const folders = ["docs", "examples", "benchmarks"];
  const pages = [...markdownFiles(".", false), ...folders.flatMap((folder) => markdownFiles(folder, true))];

  it.each(pages.map((page) => page.slice(root.length)))("lead somewhere in %s", (name) => {
    const page = resolve(root, name);
    expect(brokenLinks(page, readFileSync(page, "utf8"))).toEqual([]);
  });

  it.each([
    { link: "gone.md", broken: true },
    { link: "../package.json", broken: false },
    { link: "#no-such-heading", broken: true },
    { link: "#a-heading-of-two", broken: false },
    { link: "#property-name", broken: false },
    { link: "https://example.org/gone.md", broken: false },
  ])("are broken in case of $link: $broken", ({ link, broken }) => {
    const page = resolve(root, "docs/page.md");
    expect(brokenLinks(page, `# A \`heading\` of two!\n\n<a id="property-name"></a>[text](${link})\n`)).toEqual(
      broken ? [link] : [],
    );
  });
});
