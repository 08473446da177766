/** The files in a folder of the repository, and in the folders in it. */
export function* filesBelow(folder: URL): Generator<URL> {
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    const path = new URL(isDirectory ? `${name}/` : name, folder);
    if (isDirectory) yield* filesBelow(path);
    else yield path;
  }
}
