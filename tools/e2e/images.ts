/** The images that the end-to-end tests run, each put together from files of this machine and packed without a container engine. */
import { basename, dirname } from "node:path";
import { buildCopied } from "./copied_image.ts";
import { exists, onPath, output } from "./output.ts";
import { packImage } from "./pack_image.ts";

/** The references of the images; `.local` so that nobody ever pulls one. */
export const IMAGES = {
  koordinator: "koordinator:latest",
  cloudSqlProxy: "e2e.local/cloud-sql-proxy:1",
  busybox: "e2e.local/busybox:1",
  stopSignal: "e2e.local/stop-signal:1",
  scratch: "e2e.local/scratch:1",
  glibc: "e2e.local/glibc:1",
  copied: "e2e.local/copied:1",
} as const;

/** What {@linkcode makeImages} needs. */
export interface ImageSources {
  /** The repository's folder. */
  readonly repository: string;
  /** The folder that keeps the root folders and the tars. */
  readonly into: string;
  /** The Cloud SQL Auth Proxy's executable. */
  readonly cloudSqlProxy: string;
}

/**
 * Makes the tars of all images but koordinator's own, which `deno task image` makes. The one that is
 * built from a Containerfile is left out where there is no buildah; the test of it says so.
 * @returns the tars' paths
 * @throws {Error} when the machine lacks a compiler or a static busybox, naming the package
 */
export async function makeImages(sources: ImageSources): Promise<string[]> {
  const { repository, into } = sources;
  await Deno.remove(into, { recursive: true }).catch(ignoreNotFound);
  await Deno.mkdir(into, { recursive: true });
  const programs = `${repository}/tools/e2e/programs`;
  const tars: string[] = [];
  const image = async (
    reference: string,
    fill: (root: string) => Promise<void>,
    runs?: Readonly<Record<string, unknown>>,
  ) => {
    const name = basename(reference).replace(/:.*/, "");
    const root = `${into}/${name}`;
    await Deno.mkdir(root, { recursive: true });
    await fill(root);
    await packImage(`${into}/${name}.tar`, reference, root, runs);
    tars.push(`${into}/${name}.tar`);
  };
  await image(
    IMAGES.cloudSqlProxy,
    (root) => install(sources.cloudSqlProxy, `${root}/cloud-sql-proxy`),
  );
  await image(IMAGES.busybox, async (root) => {
    await busyboxRoot(root);
    await install(`${programs}/main_app.sh`, `${root}/main-app`);
  });
  await image(IMAGES.stopSignal, busyboxRoot, { Env: ["PATH=/bin"], StopSignal: "SIGQUIT" });
  await image(IMAGES.scratch, async (root) => {
    await compileC(["-static"], `${programs}/main_app.c`, `${root}/main-app`);
  });
  await image(IMAGES.glibc, async (root) => {
    await compileC([], `${programs}/main_app.c`, `${root}/main-app`);
    for (const file of await sharedObjects(`${root}/main-app`)) {
      await install(file, `${root}${file}`);
    }
  });
  if (await onPath("buildah")) {
    tars.push(
      await buildCopied({
        containerfile: `${repository}/examples/deliver-copy-from.Containerfile`,
        koordinator: `${repository}/dist/koordinator.image.tar`,
        busybox: `${into}/busybox.tar`,
        reference: IMAGES.copied,
        into,
      }),
    );
  }
  return tars;
}

async function busyboxRoot(root: string): Promise<void> {
  const busybox = (await output(["sh", "-c", "command -v busybox || true"])).trim();
  if (busybox === "" || !await isStatic(busybox)) {
    throw new Error(
      "the tests' busybox image needs a static busybox on the PATH: apt-get install busybox-static",
    );
  }
  await install(busybox, `${root}/bin/busybox`);
  for (const applet of (await output([busybox, "--list"])).trim().split("\n")) {
    if (applet !== "busybox") await Deno.symlink("busybox", `${root}/bin/${basename(applet)}`);
  }
  await Deno.mkdir(`${root}/tmp`);
}

async function isStatic(executable: string): Promise<boolean> {
  // ldd ends with an error for a static executable
  const { success } = await new Deno.Command("ldd", {
    args: [executable],
    stdout: "null",
    stderr: "null",
  }).output();
  return !success;
}

async function compileC(flags: readonly string[], source: string, into: string): Promise<void> {
  if (!await onPath("cc")) {
    throw new Error("the tests' images need a C compiler: apt-get install gcc libc6-dev");
  }
  await output(["cc", "-O2", ...flags, "-o", into, source]);
}

/** The files an executable is dynamically linked with, its interpreter included. */
async function sharedObjects(executable: string): Promise<string[]> {
  const listed = await output(["ldd", executable]);
  const files = listed.matchAll(/(\/\S+) \(0x/g).map((match) => match[1] ?? "");
  return [...new Set(files)].filter((file) => file !== "");
}

async function install(source: string, target: string): Promise<void> {
  if (!await exists(source)) throw new Error(`there is no ${source} to put into an image`);
  await Deno.mkdir(dirname(target), { recursive: true });
  await Deno.copyFile(source, target);
  await Deno.chmod(target, 0o755);
}

function ignoreNotFound(error: unknown): void {
  if (!(error instanceof Deno.errors.NotFound)) throw error;
}
