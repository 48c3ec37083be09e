/**
 * Says why a suite is skipped for want of a part of the machine, unless MLSERVE_REQUIRE names the part: then it fails.
 *
 * MLSERVE_REQUIRE is a list with commas, such as "python,docker".
 */
export function skipWithout(part, reason) {
  const required = (process.env.MLSERVE_REQUIRE ?? "").split(",").map((name) => name.trim());
  if (!required.includes(part)) return { code: 0, skipped: reason };
  console.error(`mlserve: error: ${reason}, and MLSERVE_REQUIRE asks for ${part}`);
  // A suite without a report is a failed row of the table, beside the rows of the other suites.
  return { code: 1 };
}
