// Files of an image that would end, change, hold up or mark what opens them.
import type { Image } from "./roots.ts";

/** One case. */
export interface HostileFile {
  readonly title: string;
  readonly put: (image: Image) => Promise<void>;
}

const GARBAGE = `garbage \udcff\n${"{[(".repeat(1000)}`;
const FIFO = { fifo: true } as const;
const MARK = { copyOf: "/mark.so" } as const;

/** Where dynamic loaders look for libraries. */
const FOLDERS = [
  ...["/lib", "/usr/lib", "/lib64", "/usr/lib64", "/usr/local/lib"],
  ...["/lib", "/usr/lib"].map((folder) => `${folder}/${Deno.build.arch}-linux-gnu`),
];

/** What koordinator's runtime needs, and what libc may load to find an address. */
const LIBRARIES = [
  ...["libc.so.6", "libm.so.6", "libgcc_s.so.1", "libdl.so.2", "libpthread.so.0", "librt.so.1"],
  ...["libnss_files.so.2", "libnss_dns.so.2", "libnss_mark.so.2", "libidn2.so.0"],
];

/** Files that some program or library reads at its start. */
const READ_AT_STARTS = [
  ...["/etc/ld.so.preload", "/etc/ld.so.cache", "/etc/ld.so.nohwcap", "/etc/suid-debug"],
  ...["/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf", "/etc/localtime", "/etc/timezone"],
  ...["/etc/passwd", "/etc/group", "/etc/services", "/etc/protocols", "/etc/networks"],
  ...["/etc/os-release", "/etc/ssl/openssl.cnf", "/etc/ssl/certs/ca-certificates.crt"],
  ...["/etc/pki/tls/certs/ca-bundle.crt", "/usr/lib/ssl/openssl.cnf"],
  ...["/usr/lib/locale/locale-archive", "/usr/share/locale/locale.alias"],
  ...["/usr/share/zoneinfo/UTC", "/usr/share/zoneinfo/Universal"],
  ...[`/usr/lib/${Deno.build.arch}-linux-gnu/gconv/gconv-modules.cache`],
  ...["/etc/ld-musl-x86_64.path", "/etc/ld-musl-aarch64.path", "/var/run/nscd/socket"],
  ...[
    "/folder/.env",
    "/folder/deno.json",
    "/folder/deno.lock",
    "/folder/package.json",
    "/folder/.npmrc",
  ],
  ...[
    "/folder/import_map.json",
    "/folder/tsconfig.json",
    "/folder/node_modules",
    "/folder/icudtl.dat",
  ],
  ...["/root/.npmrc", "/root/.cache/deno", "/root/.deno", "/.npmrc", "/.deno", "/deno.json"],
  ...["/tmp/deno-compile-koordinator", "/usr/lib/icudtl.dat"],
];

/** Garbage in each of them. */
export const GARBAGE_FILES: readonly HostileFile[] = READ_AT_STARTS.map((path) => ({
  title: `garbage in ${path}`,
  put: (image) => image.put(path, GARBAGE),
}));

/** At each of them a pipe that nobody writes to: whoever opens it waits for ever. */
export const PIPES: readonly HostileFile[] = READ_AT_STARTS.map((path) => ({
  title: `a pipe at ${path}`,
  put: (image) => image.put(path, FIFO),
}));

/** Those that have libraries of their own loaded. */
export const LIBRARY_FILES: readonly HostileFile[] = [
  {
    title: "/etc/ld.so.preload that names a library",
    put: (image) => image.put("/etc/ld.so.preload", "/mark.so\n"),
  },
  {
    title: "/etc/ld.so.preload that names no library",
    put: (image) => image.put("/etc/ld.so.preload", "/no/such.so\n"),
  },
  {
    title: "/etc/nsswitch.conf that names a library",
    put: async (image) => {
      await image.put("/etc/nsswitch.conf", "hosts: mark [!UNAVAIL=return]\n");
      for (const folder of FOLDERS) await image.put(`${folder}/libnss_mark.so.2`, MARK);
    },
  },
  {
    title: "other libraries by the names of koordinator's own",
    put: async (image) => {
      for (const folder of FOLDERS) {
        for (const name of LIBRARIES) await image.put(`${folder}/${name}`, MARK);
      }
    },
  },
  {
    title: "garbage in place of the dynamic loader",
    put: async (image) => {
      await image.put("/lib64/ld-linux-x86-64.so.2", GARBAGE);
      await image.put("/lib/ld-linux-aarch64.so.1", GARBAGE);
    },
  },
  { title: "a file in place of /tmp", put: (image) => image.put("/tmp", "") },
];
