/** A package URL (github.com/package-url/purl-spec). */
export interface Purl {
  readonly type: "cargo" | "deb" | "generic" | "github" | "npm";
  /** Its parts, `@std` of `@std/cli` for example. */
  readonly namespace?: string;
  readonly name: string;
  readonly version: string;
  readonly qualifiers?: Readonly<Record<string, string>>;
}

/** Writes a package URL in its canonical form. */
export function formatPurl({ type, namespace, name, version, qualifiers = {} }: Purl): string {
  const scope = namespace === undefined ? "" : `${namespace.split("/").map(encode).join("/")}/`;
  const query = Object.entries(qualifiers).sort(([a], [b]) => a < b ? -1 : 1)
    .map(([key, value]) => `${key}=${encode(value)}`).join("&");
  return `pkg:${type}/${scope}${encode(name)}@${encode(version)}${query === "" ? "" : `?${query}`}`;
}

/** The purl of an npm package by the name that npm has for it. */
export function npmPurl(name: string, version: string): string {
  const [last = "", ...scope] = name.split("/").reverse();
  const [namespace] = scope;
  return formatPurl({ type: "npm", name: last, version, ...(namespace && { namespace }) });
}

/** The colon stays as it is (purl-spec, rules for each component). */
function encode(part: string): string {
  return encodeURIComponent(part).replaceAll("%3A", ":");
}
