/** The image that the Containerfile begins with, from its registry or put together of Debian packages and this Deno. */
import { exists, output } from "../../tools/e2e/output.ts";

/** Runs buildah with a storage of its own. */
export type Buildah = (...args: readonly string[]) => Promise<string>;

const CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt";

/**
 * Makes the image known to buildah.
 * @param reference its name in the Containerfile
 * @param folder for what is made on the way
 * @returns where it comes from
 */
export async function haveBaseImage(
  buildah: Buildah,
  reference: string,
  folder: string,
): Promise<"pulled" | "local"> {
  const pulled = await buildah("pull", "--quiet", reference).then(() => true, () => false);
  if (pulled) return "pulled";
  const packages = `${folder}/base.tar`;
  if (!await exists(packages)) {
    const include = "--include=ca-certificates";
    await output(["mmdebstrap", "--quiet", "--variant=minbase", include, "bookworm", packages]);
  }
  const container = (await buildah("from", "scratch")).trim();
  await buildah("add", "--quiet", container, packages, "/");
  await buildah("copy", "--quiet", container, Deno.execPath(), "/usr/bin/deno");
  // Registries may be reached by way of an authority that only this machine knows.
  await buildah("copy", "--quiet", container, CERTIFICATES, CERTIFICATES);
  await buildah(
    ...["config", "--env", "DENO_TLS_CA_STORE=system", "--env", `PIP_CERT=${CERTIFICATES}`],
    container,
  );
  await buildah("commit", "--quiet", "--rm", container, reference);
  return "local";
}
