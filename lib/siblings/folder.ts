/** Siblings may run as different users: everybody may add a file, nobody may replace another's. */
const FOLDER_MODE = 0o1777;

/** Makes the state directory, unless it is there; its parent must be. */
export function makeFolder(folder: string): void {
  try {
    Deno.mkdirSync(folder);
    Deno.chmodSync(folder, FOLDER_MODE);
  } catch (error) {
    if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
  }
}
