// Where nothing is asked of koordinator, or it is switched off, its loader becomes the command, and no runtime is started.
import { IGNORING_SIGCHLD } from "../../lib/process/loader.ts";
import { assertEquals, assertMatch } from "@std/assert";
import { VARIABLES } from "../../lib/environment.ts";
import { SUBCOMMANDS } from "../../lib/manifest/supervision.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { assertLoaderFailed, type Ended, shell } from "./loader.ts";

/** With one descriptor left the runtime cannot be started: only the loader itself gets through. */
const ALONE = 'ulimit -n 4; exec "$@"';

const COMMAND = ["/bin/sh", "-c", 'echo "$0 $1 up"; exit 5', "a", "b"] as const;

const MISSPELT = ["KOODINATOR_SPEC", "OORDINATOR_SPEC", "KORDINATOR_SPEC", "KOORDINATRO_SPEC"];

async function alone(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  return await shell(ALONE, [await executable(), ...words], env);
}

for (const dashes of [[], ["--"]]) {
  for (const command of ["/bin/sh", "sh"]) {
    const words = [...dashes, command];
    Deno.test(`${["koordinator", ...words].join(" ")} becomes it in the loader`, async () => {
      const { code, stdout, stderr } = await alone([...words, ...COMMAND.slice(1)]);
      assertEquals([code, stdout, stderr], [5, "a b up\n", ""]);
    });
  }
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

Deno.test("a word is searched for along PATH, as the program searches", async () => {
  const folder = await Deno.makeTempDir();
  const tell = async (path: string) => {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, "#!/bin/echo\n", { mode: 0o755 });
  };
  await tell(`${folder}/first/one`);
  await tell(`${folder}/second/one`);
  await tell(`${folder}/second/two`);
  await tell(`${folder}/here`);
  await Deno.symlink("/no/such", `${folder}/first/two`);
  const found = async (PATH: string, word: string) => {
    const script = `cd ${folder}; ulimit -n 4; PATH="$2"; export PATH; exec "$1" "$3" x`;
    return await shell(script, [await executable(), PATH, word]);
  };
  for (
    const [PATH, word, told] of [
      ["first:second", "one", "first/one x\n"],
      [`/no/such:${"long/".repeat(1000)}:second:first`, "one", "second/one x\n"],
      ["first:second", "two", "second/two x\n"],
      ["first/one:second", "two", "second/two x\n"],
      ["", "here", "./here x\n"],
      ["first:", "here", "./here x\n"],
      [`${folder}/first`, "one", `${folder}/first/one x\n`],
    ] as const
  ) {
    const { code, stdout, stderr } = await found(PATH, word);
    assertEquals([code, stdout, stderr], [0, told, ""], `${word} in ${PATH.slice(0, 40)}`);
  }
  for (const [PATH, word] of [["first", "two"], ["second", "none"], ["first:second", ""]]) {
    assertLoaderFailed(await found(PATH ?? "", word ?? ""), /open files/);
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("what is there and cannot be executed is the program's to pass over", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/folder/one`, { recursive: true });
  for (const [name, mode] of [["passive", 0o644], ["program", 0o755]] as const) {
    await Deno.mkdir(`${folder}/${name}`);
    await Deno.writeTextFile(`${folder}/${name}/one`, "#!/bin/echo\n", { mode });
  }
  const { code, stdout } = await shell(
    `cd ${folder}; PATH=folder:passive:program exec "$1" one`,
    [await executable()],
  );
  await Deno.remove(folder, { recursive: true });
  assertEquals([code, stdout], [0, "program/one\n"]);
});

Deno.test({
  name: "a folder of PATH that it may search by a capability alone is searched (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    await Deno.chmod(folder, 0o755);
    for (const [name, mode] of [["locked", 0o700], ["open", 0o755]] as const) {
      await Deno.mkdir(`${folder}/${name}`, { mode });
      const path = `${folder}/${name}/one`;
      await Deno.writeTextFile(path, "#!/bin/echo\n", { mode: 0o755 });
      await shell(`cp -p ${path} ${folder}/${name}/"$(printf 'b\\377t')"`, []);
    }
    const caps = "--inh-caps +dac_read_search --ambient-caps +dac_read_search";
    for (const disabled of ["true", "false"]) {
      for (const word of ["one", `"$(printf 'b\\377t')"`]) {
        const script = `cd ${folder}; PATH=locked:open exec /usr/bin/setpriv --reuid 65534 ` +
          `--clear-groups ${caps} "$1" ${word}`;
        const env = { KOORDINATOR_DISABLED: disabled };
        const { stdout, stderr } = await shell(script, [await executable()], env);
        assertMatch(stdout, /^locked\//, `${disabled} ${word} ${stderr}`);
      }
    }
    await Deno.remove(folder, { recursive: true });
  },
});

Deno.test("switched off it is so whatever the other variables hold", async () => {
  const env = {
    ...Object.fromEntries([...VARIABLES, ...MISSPELT].map((name) => [name, "nonsense"])),
    KOORDINATOR_DISABLED: "true",
  };
  assertEquals((await alone(COMMAND, env)).code, 5);
  assertEquals((await alone(["sh", ...COMMAND.slice(1)], env)).code, 5);
  // Here the program decides.
  const spaced = { ...env, KOORDINATOR_DISABLED: " true " };
  assertLoaderFailed(await alone(COMMAND, spaced), /open files/);
  const { code, stdout, stderr } = await shell(
    'exec "$@"',
    [await executable(), ...COMMAND],
    spaced,
  );
  assertEquals([code, stdout, stderr], [5, "a b up\n", ""]);
});

Deno.test("a word of the program's own is the program's, and a command only behind --", async () => {
  const folder = await Deno.makeTempDir();
  for (const word of SUBCOMMANDS) {
    await Deno.writeTextFile(`${folder}/${word}`, "#!/bin/echo\n", { mode: 0o755 });
    const start = async (...dashes: string[]) =>
      await shell(`ulimit -n 4; PATH=${folder} exec "$@"`, [await executable(), ...dashes, word]);
    assertEquals((await start("--")).stdout, `${folder}/${word}\n`);
    assertLoaderFailed(await start(), /open files/);
  }
  await Deno.remove(folder, { recursive: true });
});

for (const name of [...VARIABLES, ...MISSPELT]) {
  Deno.test(`with ${name} the program decides`, async () => {
    assertLoaderFailed(await alone(COMMAND, { [name]: "" }), /open files/);
  });
}

for (const words of [["--help"], ["-x/y"], ["--"], ["--", ""], [""], []]) {
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
