// Where nothing is asked of koordinator, its loader becomes the command, and no runtime is started.
import { IGNORING_SIGCHLD } from "../../lib/process/loader.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { VARIABLES } from "../../lib/environment.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { assertLoaderFailed, type Ended, shell } from "./loader.ts";

/** With one descriptor left the runtime cannot be started: only the loader itself gets through. */
const ALONE = 'ulimit -n 4; exec "$@"';

const COMMAND = ["/bin/sh", "-c", 'echo "$0 $1 up"; exit 5', "a", "b"] as const;

async function alone(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await shell(ALONE, [await executable(), ...words], env);
}

for (const dashes of [[], ["--"]]) {
  Deno.test(`${["koordinator", ...dashes].join(" ")} /COMMAND becomes it in the loader`, async () => {
    const { code, stdout, stderr } = await alone([...dashes, ...COMMAND]);
    assertEquals([code, stdout, stderr], [5, "a b up\n", ""]);
  });
}

Deno.test("a path that is relative is one, and so is a script", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(`${folder}/version`, "#!/bin/cat\n", { mode: 0o755 });
  const { code, stdout } = await shell(
    `cd ${folder}; ulimit -n 4; exec "$1" ./version`,
    [await executable()],
  );
  await Deno.remove(folder, { recursive: true });
  assertEquals([code, stdout], [0, "#!/bin/cat\n"]);
});

Deno.test("variables of others do not hold it up", async () => {
  const env = { KO: "1", KUBERNETES_SERVICE_HOST: "10.0.0.1", OTHER: "KOORDINATOR_SPEC={}" };
  assertEquals((await alone(COMMAND, env)).code, 5);
});

const MISSPELT = ["KOODINATOR_SPEC", "OORDINATOR_SPEC", "KORDINATOR_SPEC", "KOORDINATRO_SPEC"];

for (const name of [...VARIABLES, ...MISSPELT]) {
  Deno.test(`with ${name} the program decides`, async () => {
    assertLoaderFailed(await alone(COMMAND, { [name]: "" }), /open files/);
  });
}

for (const words of [["sh", "-c", "exit 5"], ["--", "sh"], ["version"], ["-x/y"], ["--"], []]) {
  Deno.test(`${["koordinator", ...words].join(" ")} is the program's`, async () => {
    assertLoaderFailed(await alone(words), /open files/);
  });
}

Deno.test("what cannot be executed is the program's to say", async () => {
  const path = await executable();
  const missing = await shell('exec "$@"', [path, "/no/such"]);
  assertMatch(missing.stderr, /^koordinator: \/no\/such: no such file\n/);
  assertEquals(missing.code, 127);
  const passive = await shell('exec "$@"', [path, "/etc/passwd"]);
  assertMatch(passive.stderr, /^koordinator: \/etc\/passwd: is not executable\n/);
  assertEquals(passive.code, 126);
});

Deno.test("a script without its interpreter, which is to find SIGCHLD ignored, ends with 127", async () => {
  const script = await Deno.makeTempFile();
  await Deno.writeTextFile(script, "#!/no/such\n");
  await Deno.chmod(script, 0o755);
  const ended = await shell(
    'exec env --ignore-signal=CHLD "$@"',
    [await executable(), script],
    { KOORDINATOR_SPEC: '{"handOver":false}' },
  );
  assertMatch(ended.stderr, /its interpreter [^ ]+ \(#! line\) does not exist/);
  assertEquals(ended.code, 127);
  // As a supervisor starts whatever comes after its command.
  const later = await shell(`exec bash -c 'exec -a "$0" "$@"' "$@"`, [
    ...[IGNORING_SIGCHLD, await executable(), script, script],
  ]);
  assertMatch(later.stderr, /^koordinator: loader: execve failed: check the command[^\n]*$/m);
  assertEquals(later.code, 127);
  await Deno.remove(script);
});

Deno.test({
  name: "it is so without /proc, and as PID 1 (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const script =
      'exec unshare -pfm --kill-child sh -c "umount -l /proc; exec \\"\\$@\\"" sh "$@"';
    const { code, stdout } = await shell(script, [await executable(), ...COMMAND]);
    assertEquals([code, stdout], [5, "a b up\n"]);
  },
});

for (const name of MISSPELT) {
  Deno.test(`${name} is warned about, though it is none of koordinator's variables`, async () => {
    const { code, stderr } = await shell('exec "$@"', [await executable(), ...COMMAND], {
      [name]: "{}",
    });
    assertEquals(code, 5);
    assertMatch(stderr, new RegExp(`the variable ${name} is not read: did you mean `));
  });
}
