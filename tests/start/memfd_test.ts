// Where memfd_create(2) is refused the libraries lie in files that have no name any more.
import { assertEquals } from "@std/assert";
import { eventually, processField, startProcess } from "../process/fixture.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { exists } from "../support/exists.ts";
import { plainFile, plainFolder } from "../support/plain_place.ts";
import { assertLoaderFailed, assertStarted, MEMFD_CREATE, REFUSALS, shell } from "./loader.ts";

const NEEDS_CC = HAS_CC ? "" : " (needs cc)";

for (const [name, errno] of Object.entries(REFUSALS)) {
  Deno.test({
    name:
      `where memfd_create is refused with ${name} the executable starts and supervises${NEEDS_CC}`,
    ignore: !HAS_CC,
    fn: async () => {
      const refused = [await cProgram("seccomp"), MEMFD_CREATE, errno, await executable()];
      assertStarted(await shell('exec "$@"', [...refused, "version"]));
      const spec = { KOORDINATOR_SPEC: '{"handOver":false}' };
      const { code, stdout, stderr } = await shell(
        'exec "$@"',
        [...refused, "sh", "-c", "exit 5"],
        spec,
      );
      assertEquals([code, stdout], [5, ""], stderr);
    },
  });
}

Deno.test({
  name: `a command finds none of the files that stand in for memory${NEEDS_CC}`,
  ignore: !HAS_CC,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const script = 'ls /proc/self/fd | tr "\\n" " "; ls -l /proc/self/fd | grep -c "$TMPDIR"';
    const seccomp = [await cProgram("seccomp"), MEMFD_CREATE, REFUSALS.EPERM];
    const seen = async (supervisor: readonly string[], spec: string) =>
      await shell('exec 2>&1; exec "$@"', [...seccomp, ...supervisor, "/bin/sh", "-c", script], {
        TMPDIR: folder,
        KOORDINATOR_SPEC: spec,
      });
    const without = await seen([], "");
    for (const spec of ["", '{"handOver":false}']) {
      const { stdout } = await seen([await executable()], spec);
      assertEquals(stdout.replace(/^(\{.*)?\n/gm, ""), without.stdout);
    }
    await Deno.remove(folder);
  },
});

Deno.test({
  name: `where the kernel forbids memory that can be executed it starts (needs root)${NEEDS_CC}`,
  ignore: !HAS_CC || !IS_ROOT || !exists("/proc/sys/vm/memfd_noexec"),
  fn: async () => {
    const script = "exec unshare --pid --fork --mount-proc sh -c " +
      '\'echo 2 > /proc/sys/vm/memfd_noexec && exec "$@"\' sh "$@"';
    assertStarted(await shell(script, [await executable(), "version"]));
  },
});

/** Options of the tmpfs that is mounted at each folder: where it can be used, and where it cannot. */
const USABLE = "rw";
const UNUSABLE = { noexec: "noexec", full: "size=4k", "read-only": "ro" } as const;

interface Folders {
  /** `missing`: it names a folder that does not exist. */
  readonly tmpdir: string | "unset" | "missing";
  readonly shm: string;
  readonly tmp: string;
}

const CHOICES: readonly (Folders & { readonly title: string; readonly chosen: string })[] = [
  { title: "TMPDIR first", tmpdir: USABLE, shm: USABLE, tmp: USABLE, chosen: "TMPDIR" },
  {
    title: "/dev/shm without TMPDIR",
    tmpdir: "unset",
    shm: USABLE,
    tmp: USABLE,
    chosen: "/dev/shm",
  },
  {
    title: "/dev/shm where TMPDIR is missing",
    tmpdir: "missing",
    shm: USABLE,
    tmp: USABLE,
    chosen: "/dev/shm",
  },
  ...Object.entries(UNUSABLE).flatMap(([why, options]) => [
    {
      title: `/dev/shm where TMPDIR is ${why}`,
      tmpdir: options,
      shm: USABLE,
      tmp: USABLE,
      chosen: "/dev/shm",
    },
    {
      title: `/tmp where TMPDIR and /dev/shm are ${why}`,
      tmpdir: options,
      shm: options,
      tmp: USABLE,
      chosen: "/tmp",
    },
  ]),
];

for (const { title, chosen, ...folders } of CHOICES) {
  Deno.test({
    name: `where memfd_create is refused the files lie in ${title} (needs root)${NEEDS_CC}`,
    ignore: !HAS_CC || !IS_ROOT,
    fn: async () => {
      const stage = await mountFolders(folders);
      await using run = startProcess(
        ["sh", "-c", stage.script, "sh", ...stage.program, "/bin/cat"],
        {
          env: { ...stage.env, KOORDINATOR_SPEC: '{"handOver":false}' },
        },
      );
      await run.write("up\n");
      await eventually(
        () => run.output() !== "" || processField(run.pid, "State") === undefined || undefined,
        () => "the command or the end",
      );
      assertEquals(run.output(), "up\n");
      const places = new Set(deletedFiles(run.pid).map((file) => file.replace(/\/[^/]+$/, "")));
      const named = ["/tmp", "/dev/shm", stage.folder].flatMap((folder) =>
        [...Deno.readDirSync(`/proc/${run.pid}/root${folder}`)].map(({ name }) => name)
      );
      assertEquals([...places], [chosen === "TMPDIR" ? stage.folder : chosen]);
      assertEquals(named, [], "files that still have a name");
    },
  });
}

for (const [why, options] of Object.entries(UNUSABLE)) {
  Deno.test({
    name:
      `where memfd_create is refused and every folder is ${why} the loader says so and leaves ` +
      `nothing behind (needs root)${NEEDS_CC}`,
    ignore: !HAS_CC || !IS_ROOT,
    fn: async () => {
      const stage = await mountFolders({ tmpdir: options, shm: options, tmp: options });
      const script = stage.script.replace(
        'exec "$@"',
        '"$@"; code=$?; ls -A /tmp /dev/shm "$TMPDIR" | grep -v ":$"; exit $code',
      );
      const ended = await shell(script, [...stage.program, "version"], stage.env);
      assertLoaderFailed(ended, /TMPDIR|\/dev\/shm|\/tmp|memfd_create/);
      assertEquals(ended.stdout.trim(), "");
    },
  });
}

/** A script that mounts the folders for the program alone. */
async function mountFolders({ tmpdir, shm, tmp }: Folders) {
  const folder = await plainFolder();
  const seccomp = [await cProgram("seccomp"), MEMFD_CREATE, REFUSALS.EPERM];
  const mount = (at: string, options: string) => `mount -t tmpfs -o ${options} none ${at} && `;
  const ours = ["unset", "missing"].includes(tmpdir) ? "" : mount(folder, tmpdir);
  return {
    folder,
    program: [...seccomp, await plainFile(await executable())],
    script:
      `exec unshare -m sh -c '${ours}${mount("/dev/shm", shm)}${mount("/tmp", tmp)}exec "$@"' ` +
      'sh "$@"',
    env: {
      PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
      ...(tmpdir === "unset" ? {} : { TMPDIR: tmpdir === "missing" ? `${folder}/none` : folder }),
    },
  };
}

/** The files that a process maps and that have no name any more. */
function deletedFiles(pid: number): readonly string[] {
  const maps = Deno.readTextFileSync(`/proc/${pid}/maps`);
  return [...maps.matchAll(/ (\/\S+) \(deleted\)$/gm)].map(([, file = ""]) => file);
}
