// The loader of the executable: it starts under the constraints of containers, or says why not.
import { copyProgram } from "../support/copy_program.ts";
import { assert, assertEquals, assertMatch } from "@std/assert";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { plainFile } from "../support/plain_place.ts";
import { assertLoaderFailed, assertStarted, LOADER_LINE, shell } from "./loader.ts";

/** Constraints under which it starts: scripts whose arguments are to be executed. */
const CONSTRAINTS: readonly {
  readonly name: string;
  readonly script: string;
  readonly root?: boolean;
}[] = [
  {
    name: "32 descriptors",
    // Other tests of this process have some open that a child inherits.
    script: "exec bash -c 'for fd in /proc/self/fd/*; do fd=${fd##*/}; " +
      '((fd > 2)) && exec {fd}<&-; done; ulimit -n 32; exec "$@"\' bash "$@"',
  },
  { name: "descriptors 3 to 9 open", script: 'exec 3</ 4</ 5</ 6</ 7</ 8</ 9</; exec "$@"' },
  {
    name: "every signal blocked and all but SIGCHLD ignored",
    script: 'exec env --block-signal --ignore-signal --default-signal=CHLD "$@"',
  },
  {
    name: "/tmp mounted noexec",
    script: 'exec unshare -m sh -c \'mount -t tmpfs -o noexec none /tmp && exec "$@"\' sh "$@"',
    root: true,
  },
  {
    name: "a root that is read-only, with no tmpfs",
    script: "exec unshare -m sh -c 'umount -l /dev/shm; mount -o remount,bind,ro / && " +
      '! touch /tmp/x 2> /dev/null && exec "$@"\' sh "$@"',
    root: true,
  },
  {
    name: "no /dev",
    script: 'exec unshare -m sh -c \'mount -t tmpfs -o ro none /dev && exec "$@"\' sh "$@"',
    root: true,
  },
  {
    name: "another user's id, no capabilities and no new privileges",
    script: 'exec setpriv --reuid 65532 --regid 65532 --clear-groups --no-new-privs "$@"',
    root: true,
  },
];

for (const { name, script, root = false } of CONSTRAINTS) {
  Deno.test({
    name: `the executable starts and supervises with ${name}${root ? " (needs root)" : ""}`,
    ignore: root && !IS_ROOT,
    fn: async () => {
      const path = await plainFile(await executable());
      assertStarted(await shell(script, [path, "version"]));
      const spec = { KOORDINATOR_SPEC: '{"handOver":false}' };
      const supervised = await shell(script, [path, "sh", "-c", "echo up; exit 5"], spec);
      assertEquals(supervised.stdout, "up\n", supervised.stderr);
      assertEquals(supervised.code, 5, supervised.stderr);
    },
  });
}

Deno.test({
  name: "without /proc the loader says to mount it (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const root = await Deno.makeTempDir();
    await copyProgram(await executable(), `${root}/koordinator`);
    const ended = await shell('exec chroot "$1" /koordinator version', [root]);
    await Deno.remove(root, { recursive: true });
    assertLoaderFailed(ended, /\/proc/);
  },
});

Deno.test("with no descriptor left the loader names the limit", async () => {
  const ended = await shell('ulimit -n 3; exec "$@"', [await executable(), "version"]);
  assertLoaderFailed(ended, /RLIMIT_NOFILE|descriptors|open files/);
});

Deno.test("at every limit of descriptors it starts, or the loader's one line says why not", async () => {
  const path = await executable();
  let started = false;
  for (let limit = 3; limit <= 32; limit++) {
    const { code, stdout, stderr } = await shell(`ulimit -n ${limit}; exec "$@"`, [
      path,
      "version",
    ]);
    if (code === 0) {
      assertMatch(stdout, /^koordinator /);
      started = true;
    } else {
      assert(
        !started,
        `started with fewer than ${limit} descriptors, but not with these: ${stderr}`,
      );
      assertEquals(code, 125, stderr);
      assertMatch(stderr, LOADER_LINE);
    }
  }
  assert(started);
});

Deno.test("where files may not be large it starts, or the loader's one line says why not", async () => {
  const ended = await shell('ulimit -f 1; exec "$@"', [await executable(), "version"]);
  if (ended.code === 0) assertStarted(ended);
  else assertLoaderFailed(ended, /RLIMIT_FSIZE|file size|limit/);
});

Deno.test({
  name: `with no argument at all, not even its name, it tells its usage${
    HAS_CC ? "" : " (needs cc)"
  }`,
  ignore: !HAS_CC,
  fn: async () => {
    const program = [await cProgram("bare"), "argv", await executable()];
    const { code, stderr } = await shell('exec "$@"', program);
    assertEquals(code, 125);
    assertMatch(stderr, /^koordinator: no command given\n/);
  },
});

Deno.test({
  name: `with no environment at all it starts${HAS_CC ? "" : " (needs cc)"}`,
  ignore: !HAS_CC,
  fn: async () => {
    const path = await executable();
    assertStarted(await shell('exec "$@"', [await cProgram("bare"), "env", path, "version"]));
    assertStarted(await shell('exec env -i "$@"', [path, "version"]));
  },
});

for (const name of ["KOORDINATOR_SPEC", "KOORDINATOR_DISABLED"]) {
  Deno.test(`a ${name} that is not UTF-8 is named, and nothing is launched`, async () => {
    const script = `exec env ${name}="$(printf '\\377')" "$1" echo launched`;
    const { code, stdout, stderr } = await shell(script, [await executable()]);
    assertEquals([code, stdout], [125, ""]);
    assertMatch(stderr, new RegExp(`^koordinator: ${name} is not UTF-8\n`));
  });
}

for (const spec of ["", "{}", '{"handOver":false}']) {
  const asked = spec === "" ? "nothing asked" : `the spec ${spec}`;
  Deno.test(`a command is found in a folder of PATH whose name is not UTF-8, with ${asked}`, async () => {
    const folder = await Deno.makeTempDir();
    const script = `bytes=${folder}/"$(printf '\\377')"; mkdir "$bytes"; ` +
      'mkdir "$bytes.folders" "$bytes.folders/greet"; printf x > "$bytes.folders/passive"; ' +
      'printf \'#!/bin/echo\\n\' > "$bytes/greet"; chmod +x "$bytes/greet"; ' +
      'PATH="$bytes.folders:$bytes" exec "$1" "$2"';
    const args = [await executable(), "greet"];
    const env = spec === "" ? {} : { KOORDINATOR_SPEC: spec };
    const { code, stdout, stderr } = await shell(script, args, env);
    await Deno.remove(folder, { recursive: true });
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /\/greet\n$/);
  });
}

Deno.test({
  name: "what the loader fails at as PID 1 stands in the termination message (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const limited = ["sh", "-c", 'ulimit -n 3; exec "$@"', "sh", await executable(), "version"];
    const messageOf = async (start: string) => {
      const script = "exec unshare --mount sh -c 'mount -t tmpfs none /dev; " +
        `: > /dev/termination-log; ${start}; cat /dev/termination-log' sh "$@"`;
      return await shell(script, limited);
    };
    const first = await messageOf('unshare --pid --fork "$@"');
    assertMatch(first.stdout, LOADER_LINE);
    assertEquals(first.stdout, first.stderr);
    const beside = await messageOf('"$@"');
    assertMatch(beside.stderr, LOADER_LINE);
    assertEquals(beside.stdout, "");
  },
});
