const MAX_LENGTH = 100;

/**
 * The name of a folder as npm takes it for a package.
 *
 * @param dependencies packages that the project asks for: npm refuses to install one into a project of the same name
 */
export function toPackageName(folder: string, dependencies: readonly string[]): string {
  const name = folder
    .normalize("NFKD")
    .toLowerCase()
    .replace(/\p{M}/gu, "")
    .replace(/[^a-z0-9._-]+/g, "-")
    .replace(/^[._-]+|[._-]+$/g, "")
    .slice(0, MAX_LENGTH);
  if (name === "") return "model";
  return ["mlserve", "node_modules", ...dependencies].includes(name) ? `${name}-model` : name;
}
