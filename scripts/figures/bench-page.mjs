import { aimsText } from "./aims.mjs";
import { conditions } from "./parts.mjs";

/** Where the tables of a result stand in benchmarks/README.md; the aims take all results. */
const PLACE = /(<!-- figures: (\S+) -->\n)(.*?)(<!-- end -->)/gs;

/**
 * The page of the benchmarks with the tables of these results; what stands in a place without a result goes.
 *
 * @param {string} page
 * @param {Readonly<Record<string, any>>} results by the names of their files
 * @returns {string}
 */
export function fillPage(page, results) {
  return page.replaceAll(PLACE, (_, start, name, _old, end) => {
    const text = name === "aims" ? aimsText(results) : tablesOf(results[name]);
    return `${start}${text}\n${end}`;
  });
}

function tablesOf(result) {
  if (result === undefined) return "Not measured.";
  const tables = (result.tables ?? []).map((lines) => lines.join("\n"));
  return [conditions([result]), ...tables].join("\n\n");
}

/** The results that the page has places for. @param {string} page @returns {string[]} */
export function placesOf(page) {
  return [...page.matchAll(PLACE)].flatMap(([, , name = ""]) => (name === "aims" ? [] : name));
}
