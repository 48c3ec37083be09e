/** How a registry wants to be asked, by its header `WWW-Authenticate`. */
export type Challenge =
  | { readonly scheme: "basic" }
  | { readonly scheme: "bearer"; readonly realm: string; readonly service: string | undefined };

/** A token where there is a choice; undefined for a header that asks for neither. */
export function parseChallenge(header: string): Challenge | undefined {
  const bearer = /(?:^|,\s*)bearer\s+(.*)$/is.exec(header)?.[1];
  const parameters = new Map(
    Array.from((bearer ?? "").matchAll(/(\w+)=(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g), ([, name = "", quoted, bare]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, "$1") ?? bare ?? "",
    ]),
  );
  const realm = parameters.get("realm");
  if (realm !== undefined) return { scheme: "bearer", realm, service: parameters.get("service") };
  return /(?:^|,\s*)basic\b/i.test(header) ? { scheme: "basic" } : undefined;
}
