/**
 * The full form of an image's name, as container engines read it: `koordinator:latest` is
 * `docker.io/library/koordinator:latest`.
 *
 * @throws {Error} if it has no tag, or a digest, or characters that no reference has
 */
export function fullReference(reference: string): string {
  if (!/^[a-z0-9][a-z0-9._:/-]*:[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/.test(reference)) {
    throw new Error(`${reference}: not a name with a tag, such as koordinator:latest`);
  }
  const [first = "", ...rest] = reference.split("/");
  if (rest.length === 0) return `docker.io/library/${reference}`;
  return /[.:]|^localhost$/.test(first) ? reference : `docker.io/${reference}`;
}
