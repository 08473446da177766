/** The images that the field's manifests name, each put together without a container engine. */
import { basename } from "node:path";
import { exists, onPath, output } from "../e2e/output.ts";
import { packImage } from "../e2e/pack_image.ts";

/** Debian's packages in the image `deb:1`, with all that they depend on. */
const PACKAGES = [
  ...["bash", "coreutils", "procps", "sed", "grep", "base-passwd", "libjemalloc2", "gosu", "tini"],
  ...["dumb-init", "s6", "nginx-light", "redis-server", "postgresql", "postgresql-client"],
  "python3-minimal",
];

const ENTRYPOINT = "/docker-entrypoint.sh";
const NGINX_CONF = `error_log /dev/stderr;
pid /run/nginx.pid;
events {}
http { access_log off; server { listen 80; root /usr/share/nginx/html; location / { return 200; } } }
`;

/** The tars of the images, and the references of those that cannot be made here. */
export interface FieldImages {
  readonly tars: readonly string[];
  readonly missing: readonly string[];
}

/** Makes the images, or takes those that were made before. */
export async function makeFieldImages(repository: string): Promise<FieldImages> {
  const into = `${repository}/.cache/field-images`;
  await Deno.mkdir(into, { recursive: true });
  const makers: readonly (readonly [string, (tar: string) => Promise<void>])[] = [
    ["app:1", (tar) => makeApp(tar, `${into}/app`)],
    ["deb:1", (tar) => makeDebian(tar, "deb:1", into, repository, {})],
    [
      "nginx-like:1",
      (tar) => makeDebian(tar, "nginx-like:1", into, repository, { StopSignal: "SIGQUIT" }),
    ],
  ];
  const tars: string[] = [];
  const missing: string[] = [];
  for (const [reference, make] of makers) {
    const tar = `${into}/${reference.replace(":", "-")}.tar`;
    try {
      if (!await exists(tar)) await make(tar);
      tars.push(tar);
    } catch (error) {
      console.error(`the image ${reference}: ${error instanceof Error ? error.message : error}`);
      missing.push(reference);
    }
  }
  return { tars, missing };
}

async function makeApp(tar: string, root: string): Promise<void> {
  const busybox = (await output(["sh", "-c", "command -v busybox"])).trim();
  await Deno.mkdir(`${root}/bin`, { recursive: true });
  await Deno.mkdir(`${root}/tmp`, { recursive: true });
  await Deno.mkdir(`${root}/etc`, { recursive: true });
  await Deno.chmod(`${root}/tmp`, 0o1777);
  await Deno.writeTextFile(`${root}/etc/passwd`, "root:x:0:0:root:/root:/bin/sh\n");
  await Deno.copyFile(busybox, `${root}/bin/busybox`);
  for (const applet of (await output([busybox, "--list"])).trim().split("\n")) {
    if (applet === "busybox") continue;
    await output(["ln", "-sf", "busybox", `${root}/bin/${basename(applet)}`]);
  }
  await packImage(tar, "app:1", root);
}

async function makeDebian(
  tar: string,
  reference: string,
  into: string,
  repository: string,
  config: Readonly<Record<string, unknown>>,
): Promise<void> {
  const root = `${into}/deb`;
  if (!await exists(`${root}${ENTRYPOINT}`)) await unpackDebian(root, into, repository);
  const path = (await output(["sh", "-c", `echo "$1"/usr/lib/postgresql/*/bin`, "sh", root])).trim()
    .slice(root.length);
  await packImage(tar, reference, root, {
    Env: [`PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:${path}`],
    Entrypoint: [ENTRYPOINT],
    ...config,
  });
}

/** Unpacks the packages and all that they depend on, without running what they bring for that. */
async function unpackDebian(root: string, into: string, repository: string): Promise<void> {
  for (const program of ["apt-get", "dpkg-deb"]) {
    if (!await onPath(program)) throw new Error(`there is no ${program}`);
  }
  const archives = `${into}/archives`;
  await Deno.mkdir(`${archives}/partial`, { recursive: true });
  await Deno.writeTextFile(`${into}/status`, "");
  await output([
    ...["apt-get", "install", "-y", "-q", "--no-install-recommends", "--download-only"],
    ...["-o", `Dir::State::status=${into}/status`, "-o", `Dir::Cache::archives=${archives}`],
    ...["-o", "APT::Sandbox::User=root", ...PACKAGES],
  ]);
  await Deno.remove(root, { recursive: true }).catch(() => {});
  await Deno.mkdir(`${root}/usr/bin`, { recursive: true });
  // Merged, as base-files has it, before a package brings a folder of this name.
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    await Deno.mkdir(`${root}/usr/${folder}`, { recursive: true });
    await Deno.symlink(`usr/${folder}`, `${root}/${folder}`);
  }
  for (const { name } of Deno.readDirSync(archives)) {
    if (!name.endsWith(".deb")) continue;
    const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar -x --keep-directory-symlink -C "$2"';
    await output(["bash", "-c", unpack, "bash", `${archives}/${name}`, root]);
  }
  const etc = `${root}/etc`;
  const users = await Deno.readTextFile(`${root}/usr/share/base-passwd/passwd.master`);
  const groups = await Deno.readTextFile(`${root}/usr/share/base-passwd/group.master`);
  const postgres = "postgres:x:70:70::/var/lib/postgresql:/bin/sh\n";
  await Deno.writeTextFile(`${etc}/passwd`, users + postgres);
  await Deno.writeTextFile(`${etc}/group`, `${groups}postgres:x:70:\n`);
  await Deno.writeTextFile(`${etc}/nginx/nginx.conf`, NGINX_CONF);
  await output(["ln", "-sf", "bash", `${root}/usr/bin/sh`]);
  await output([
    "sh",
    "-c",
    'ln -sf "$(basename "$1"/usr/bin/python3.*)" "$1/usr/bin/python3"',
    "sh",
    root,
  ]);
  await output(["chmod", "1777", `${root}/tmp`]);
  await Deno.copyFile(
    `${repository}/tools/field/programs/docker-entrypoint.sh`,
    `${root}${ENTRYPOINT}`,
  );
}
