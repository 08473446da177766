// Root folders as images have them, with koordinator inside and programs that tell what they found.
import { fileURLToPath } from "node:url";
import { encode } from "../../lib/linux/arguments.ts";
import { cProgram, HAS_CC, runs } from "../support/c_program.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";

const ARCH = Deno.build.arch;
const CACHE = fileURLToPath(new URL("../../.cache", import.meta.url));
const FREESTANDING = ["-nostdlib", "-fno-stack-protector"];

/** A kind of image. */
export interface ImageKind {
  readonly name: string;
  /** Debian 13 packages that are in it. */
  readonly packages: readonly string[];
  /** The dynamic loader of its programs. */
  readonly interpreter: string | undefined;
  /** The folder of the C library that must begin a program, so that its libraries are begun as well. */
  readonly libc?: string;
  /** Where it is told to load a library into every program. */
  readonly hasPreloadFile: boolean;
}

export const IMAGE_KINDS: readonly ImageKind[] = [
  {
    name: "a Debian 13 image",
    packages: [
      ...["base-files", "libc6", "libc-bin", "dash", "coreutils"],
      ...["libjemalloc2", "libfaketime"],
    ],
    interpreter: ARCH === "x86_64" ? "/lib64/ld-linux-x86-64.so.2" : "/lib/ld-linux-aarch64.so.1",
    hasPreloadFile: true,
  },
  {
    name: "an image of musl and busybox, as Alpine's are",
    packages: ["musl", "busybox-static"],
    interpreter: `/lib/ld-musl-${ARCH}.so.1`,
    libc: `/lib/${ARCH}-linux-musl`,
    hasPreloadFile: false,
  },
  { name: "an empty image", packages: [], interpreter: undefined, hasPreloadFile: false },
];

/** What an image kind needs of this machine. */
export function needsOf({ packages }: ImageKind): { readonly met: boolean; readonly text: string } {
  const needs = [
    { name: "root", met: IS_ROOT },
    { name: "cc", met: HAS_CC },
    ...packages.length === 0 ? [] : [{ name: "mmdebstrap", met: runs("mmdebstrap") }],
  ];
  return {
    met: needs.every(({ met }) => met),
    text: needs.every(({ met }) => met)
      ? ""
      : ` (needs ${needs.map(({ name }) => name).join(", ")})`,
  };
}

/** How a program in an image ended. */
export interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** An image's root folder that programs can be run in; disposing of it removes it. */
export interface Image extends AsyncDisposable {
  readonly folder: string;
  /**
   * Runs a program with exactly these variables, in the working directory `/folder`. In a variable, the
   * letter U+DC00 + n stands for the byte n.
   *
   * @param under a command of this machine that is put in front
   */
  run(
    argv: readonly string[],
    variables: readonly string[],
    under?: readonly string[],
  ): Promise<Ended>;
  /** Puts a file there, in place of what is there. */
  put(
    path: string,
    content: string | { readonly fifo: true } | { readonly copyOf: string },
  ): Promise<void>;
  /** The executables into which /mark.so was loaded. */
  marks(): Promise<readonly string[]>;
}

const made = new Map<string, Promise<string>>();

/** Makes an image of a kind, with koordinator, `tell`, `victim` and `mark.so` in its root folder. */
export async function makeImage(kind: ImageKind): Promise<Image> {
  const unpacked = made.get(kind.name) ?? unpack(kind);
  made.set(kind.name, unpacked);
  const folder = await Deno.makeTempDir({ dir: CACHE });
  // A copy of links: what is put there replaces a link, and never changes what it leads to.
  await must("cp", ["-al", `${await unpacked}/.`, folder]);
  const holder = await hold(folder);
  return {
    folder,
    run: async (argv, variables, under = []) => {
      const hex = variables.map((text) => encode(text).toHex());
      return await output("timeout", [
        ...["--signal=KILL", "60", "nsenter", "--mount", `--target=${holder.pid}`],
        // nsenter opens the root folder before it changes to it.
        ...[...under, "chroot", folder, "/exact", ...hex, "--", ...argv],
      ]);
    },
    put: async (path, content) => {
      const at = await inside(folder, path);
      await Deno.remove(at, { recursive: true }).catch(() => {});
      if (typeof content === "string") await Deno.writeFile(at, encode(content), { mode: 0o644 });
      else if ("fifo" in content) await must("mkfifo", [at]);
      else await Deno.copyFile(`${folder}${content.copyOf}`, at);
    },
    marks: async () => {
      const text = await Deno.readTextFile(`${folder}/marks`).catch(() => "");
      return text.split("\n").filter((line) => line !== "");
    },
    async [Symbol.asyncDispose]() {
      await holder.end();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Unpacks the packages of a kind, once a run, and puts the programs there. */
async function unpack({ packages, interpreter, libc }: ImageKind): Promise<string> {
  const folder = await Deno.makeTempDir({ dir: CACHE });
  globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
  if (packages.length > 0) {
    const include = `--include=${packages.join(",")}`;
    await must("mmdebstrap", ["--quiet", "--variant=extract", include, "trixie", folder]);
  }
  for (const each of ["bin", "lib"]) {
    // As with a merged /usr; an image of all packages has these links itself.
    const merged = packages.length > 0 && !await exists(`${folder}/${each}`);
    if (merged) await Deno.symlink(`usr/${each}`, `${folder}/${each}`);
  }
  for (const each of ["proc", "folder", "etc", "tmp", "bin", "target"]) {
    if (!await exists(`${folder}/${each}`)) await Deno.mkdir(`${folder}/${each}`);
  }
  await Deno.chmod(folder, 0o755);
  await Deno.writeTextFile(`${folder}/etc/hosts`, "127.0.0.1 localhost neighbour\n");
  const inHere = { folder: "isolation" };
  const tell = await cProgram("tell", { ...inHere, static: true });
  const programs: readonly (readonly [string, string])[] = [
    ["koordinator", await executable()],
    ["exact", await cProgram("exact", { ...inHere, static: true })],
    ["tell", tell],
    ["bin/tell", tell],
    [
      "mark.so",
      await cProgram("mark", { ...inHere, flags: [...FREESTANDING, "-shared", "-fPIC"] }),
    ],
    ...interpreter === undefined ? [] : [
      [
        "victim",
        await cProgram("victim", {
          ...inHere,
          flags: [
            ...FREESTANDING,
            "-pie",
            "-fPIE",
            `-Wl,--dynamic-linker=${interpreter}`,
            ...libc === undefined
              ? []
              : ["-DLIBC", "-Wl,--no-as-needed", `-L${folder}${libc}`, "-lc"],
          ],
        }),
      ] as const,
    ],
  ];
  for (const [name, path] of programs) await Deno.copyFile(path, `${folder}/${name}`);
  return folder;
}

/** A process in whose mount namespace the folder has /proc; it ends with this one, or when told. */
async function hold(folder: string) {
  const script = 'mount -t proc proc "$1/proc" && echo ready && exec cat';
  const child = new Deno.Command("unshare", {
    args: ["--mount", "sh", "-c", script, "sh", folder],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  if (value === undefined) throw new Error("/proc cannot be mounted");
  return {
    pid: child.pid,
    end: async () => {
      await child.stdin.close();
      await reader.cancel();
      await child.status;
    },
  };
}

/** Where a path of the image lies on this machine, whose folders are made; its links are the image's. */
async function inside(folder: string, path: string): Promise<string> {
  const parts = path.split("/").filter((part) => part !== "");
  const name = parts.pop() ?? "";
  let at = folder;
  for (const part of parts) {
    const next = `${at}/${part}`;
    const link = await Deno.readLink(next).catch(() => undefined);
    if (link === undefined) {
      await Deno.mkdir(next, { recursive: true });
      at = next;
    } else {
      at = link.startsWith("/")
        ? await inside(folder, `${link}/.`).then((found) => found.slice(0, -2))
        : await inside(at, `${link}/.`).then((found) => found.slice(0, -2));
    }
  }
  return `${at}/${name}`;
}

function exists(path: string): Promise<boolean> {
  return Deno.stat(path).then(() => true, () => false);
}

async function must(program: string, args: readonly string[]): Promise<void> {
  const { code, stderr } = await output(program, [...args]);
  if (code !== 0) throw new Error(`${program} ${args.join(" ")}: ${stderr}`);
}
