// What a neighbour may lay into a folder that everybody may write to.
import { IS_ROOT } from "../support/executable.ts";

/** Something at a name where a supervisor expects a file of its own, or a sibling's. */
export interface Laid {
  readonly what: string;
  /** Lays it there; `victim` is a file that must not be touched. Returns what takes it away again. */
  readonly lay: (path: string, victim: string) => Promise<(() => void) | void>;
  readonly needsRoot?: boolean;
  /** Whether a rename cannot replace it. */
  readonly stays?: boolean;
}

const CASES: readonly Laid[] = [
  { what: "a link to a file of the container", lay: (path, victim) => Deno.symlink(victim, path) },
  { what: "a link to nothing", lay: (path) => Deno.symlink("/no/such/file", path) },
  { what: "a link to /dev/zero", lay: (path) => Deno.symlink("/dev/zero", path) },
  { what: "a link to itself", lay: (path) => Deno.symlink(path, path) },
  { what: "a link to a folder", lay: (path) => Deno.symlink("/proc/self", path) },
  { what: "a hard link", lay: (path, victim) => Deno.link(victim, path) },
  { what: "a pipe", lay: (path) => run("mkfifo", path) },
  {
    what: "a socket",
    lay: (path) => {
      const listener = Deno.listen({ transport: "unix", path });
      return Promise.resolve(() => listener.close());
    },
  },
  { what: "the device zero", lay: (path) => run("mknod", path, "c", "1", "5"), needsRoot: true },
  { what: "the device tty", lay: (path) => run("mknod", path, "c", "5", "0"), needsRoot: true },
  { what: "an empty folder", lay: (path) => Deno.mkdir(path), stays: true },
  {
    what: "a folder with something in it",
    lay: async (path) => {
      await Deno.mkdir(path);
      await Deno.writeTextFile(`${path}/file`, "");
    },
    stays: true,
  },
  { what: "an empty file", lay: (path) => Deno.writeTextFile(path, "") },
  { what: "zeros", lay: (path) => Deno.writeFile(path, new Uint8Array(16_384)) },
  { what: "a long line", lay: (path) => Deno.writeTextFile(path, "[".repeat(16_384)) },
  { what: "a file of a terabyte", lay: (path) => run("truncate", "-s", "1T", path) },
  {
    what: "a file of four megabytes",
    lay: (path) => Deno.writeFile(path, new Uint8Array(1 << 22)),
  },
  {
    what: "a file that nobody may read",
    lay: (path) => Deno.writeTextFile(path, "{}", { mode: 0 }),
  },
];

/** All of it that this user can lay. */
export const LAID = CASES.filter(({ needsRoot }) => needsRoot !== true || IS_ROOT);

async function run(program: string, ...args: readonly string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command(program, { args: [...args] }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

/** What {@linkcode Laid} must leave alone. */
export async function layVictim(parent: string): Promise<string> {
  const path = `${parent}/PG_VERSION`;
  await Deno.writeTextFile(path, "17\n");
  return path;
}
