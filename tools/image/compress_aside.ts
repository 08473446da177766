/** Compresses in a process of its own, so that the layers of several processors are made at once. */
import { fileURLToPath } from "node:url";
import * as v from "valibot";
import { compress, type Compression, COMPRESSIONS } from "./compression.ts";

/**
 * Does what `compress` does, beside whatever else this process has to do.
 *
 * @throws {Error} with the words of the process, if that fails
 */
export async function compressAside(
  bytes: Uint8Array<ArrayBuffer>,
  compression: Compression,
): Promise<Uint8Array<ArrayBuffer>> {
  if (compression === "none") return bytes;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", "--quiet", fileURLToPath(import.meta.url), compression],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const [{ success, stdout, stderr }] = await Promise.all([
    child.output(),
    // It reads all of it before it writes, unless it has failed: then its own words tell more.
    new Blob([bytes]).stream().pipeTo(child.stdin).catch(() => {}),
  ]);
  if (!success) throw new Error(`${compression}: ${new TextDecoder().decode(stderr)}`);
  return stdout;
}

if (import.meta.main) {
  const bytes = await new Response(Deno.stdin.readable).bytes();
  const blob = await compress(bytes, v.parse(v.picklist(COMPRESSIONS), Deno.args[0]));
  await new Blob([blob]).stream().pipeTo(Deno.stdout.writable);
}
