import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startKoordinator } from "../support/koordinator.ts";

interface Mistake {
  readonly name: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly code: number;
  readonly says: readonly string[];
}

const SPEC = { KOORDINATOR_SPEC: '{"startDeps":[{"file":"/"}],"stopDelay":"1ms"}' };

const MISTAKES: readonly Mistake[] = [
  { name: "no command", args: [], code: 125, says: ["no command given", "ENTRYPOINT"] },
  {
    name: "no command after --",
    args: ["--"],
    code: 125,
    says: ["no command given", "ENTRYPOINT"],
  },
  {
    name: "an option where the command should be",
    args: ["--verbose", "sleep", "1"],
    code: 125,
    says: ["--verbose stands where the command should be", "koordinator -- --verbose"],
  },
  {
    name: "a word that is reserved",
    args: ["policy"],
    code: 125,
    says: ["policy is not in this version"],
  },
  {
    name: "two specs that differ",
    args: ["true"],
    env: { KOORDINATOR_SPEC: "{}", KOOORDINATOR_SPEC: '{"stopDeps":[]}' },
    code: 125,
    says: ["both set and differ"],
  },
  {
    name: "an off switch that is neither",
    args: ["true"],
    env: { KOORDINATOR_DISABLED: "yes" },
    code: 125,
    says: ['KOORDINATOR_DISABLED is "yes"', "false, true"],
  },
  {
    name: "a log level that is none",
    args: ["true"],
    env: { KOORDINATOR_LOG_LEVEL: "loud\u001b[31m" },
    code: 125,
    says: ['KOORDINATOR_LOG_LEVEL is "loud\\u001b[31m"'],
  },
  {
    name: "a log format that is none",
    args: ["true"],
    env: { KOORDINATOR_LOG_FORMAT: "xml" },
    code: 125,
    says: ['KOORDINATOR_LOG_FORMAT is "xml"', "json, text"],
  },
  {
    name: "a spec that is none",
    args: ["true"],
    env: { KOORDINATOR_SPEC: '{"a\\u001b":1}' },
    code: 125,
    says: ['$["a\\u001b"]: unknown key'],
  },
  {
    name: "a command that is missing",
    args: ["no-such-program"],
    code: 127,
    says: ["not in PATH", "check the command"],
  },
  {
    name: "one text that should be a list",
    args: ["echo hello world"],
    code: 127,
    says: ["echo hello world", '["sh", "-c", "the whole line"]'],
  },
  {
    name: "a name that would forge a line of the log",
    args: ["a\nkoordinator: all is well"],
    code: 127,
    says: ["a\\u000akoordinator: all is well"],
  },
  { name: "no folder to copy to", args: ["copy"], code: 125, says: ["takes one folder"] },
  { name: "two folders to copy to", args: ["copy", "/a", "/b"], code: 125, says: ["one folder"] },
  {
    name: "an empty folder",
    args: ["copy", ""],
    code: 125,
    says: ["the name of the folder is empty"],
  },
  { name: "an option of copy", args: ["copy", "--force"], code: 125, says: ["one folder"] },
  {
    name: "a folder that does not exist",
    args: ["copy", "/no/such/folder"],
    code: 125,
    says: ["/no/such/folder: it does not exist", "mount an emptyDir"],
  },
  { name: "a file for a folder", args: ["copy", "/etc/passwd"], code: 125, says: ["it is a file"] },
];

for (const { name, args, env, code, says } of MISTAKES) {
  Deno.test(`${name}: said on stderr and in the termination message, and ended with ${code}`, async () => {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(`${root}/dev`);
    await Deno.writeTextFile(`${root}/dev/termination-log`, "");
    await using run = startKoordinator(args, { ...env, KOORDINATOR_ROOT: root });
    assertEquals((await run.status).code, code);
    const { stdout, stderr } = run.output();
    assertEquals(stdout, "");
    for (const part of says) assertStringIncludes(stderr, part);
    const message = await Deno.readTextFile(`${root}/dev/termination-log`);
    assert(message.startsWith("koordinator: ") && message.endsWith("\n"), message);
    assertStringIncludes(stderr, message);
    await Deno.remove(root, { recursive: true });
  });
}

Deno.test("schema takes no arguments but --help", async () => {
  await using wrong = startKoordinator(["schema", "spec"]);
  assertEquals((await wrong.status).code, 125);
  assertEquals(wrong.output().stdout, "");
  assertStringIncludes(wrong.output().stderr, "koordinator schema takes no arguments");
  await using help = startKoordinator(["schema", "--help"]);
  assertEquals((await help.status).code, 0);
  assertStringIncludes(help.output().stdout, "prints the JSON Schema of the spec");
});

for (const option of ["--version", "-V", "version"]) {
  Deno.test(`${option} prints the version`, async () => {
    await using run = startKoordinator([option]);
    assertEquals((await run.status).code, 0);
    assertStringIncludes(run.output().stdout, "koordinator ");
  });
}

for (const option of ["--help", "-h", "help"]) {
  Deno.test(`${option} prints the help`, async () => {
    await using run = startKoordinator([option]);
    assertEquals((await run.status).code, 0);
    assertStringIncludes(run.output().stdout, "koordinator [--] COMMAND");
  });
}

Deno.test("what follows the command is its own, options too", async () => {
  await using run = startKoordinator(["echo", "--version", "--", "-h"]);
  assertEquals((await run.status).code, 0);
  assertEquals(run.output().stdout, "--version -- -h\n");
});

Deno.test("the variables of a Service named koordinator are no mistake", async () => {
  const env = {
    KOORDINATOR_SERVICE_HOST: "10.0.0.1",
    KOORDINATOR_SERVICE_PORT: "80",
    KOORDINATOR_SERVICE_PORT_HTTP: "80",
    KOORDINATOR_PORT: "tcp://10.0.0.1:80",
    KOORDINATOR_PORT_80_TCP: "tcp://10.0.0.1:80",
    KOORDINATOR_PORT_80_TCP_ADDR: "10.0.0.1",
  };
  await using run = startKoordinator(["sh", "-c", "echo $KOORDINATOR_PORT"], env);
  assertEquals((await run.status).code, 0);
  assertEquals(run.output(), { stdout: "tcp://10.0.0.1:80\n", stderr: "" });
});

/** Files that are no programs, and what is said of them; of each both ways to the command. */
const FILES: readonly (readonly [string, string, number, readonly string[]])[] = [
  ["a script without a #! line", "echo hello\n", 126, ["no #! line", "run it by its shell: sh "]],
  ["an empty file", "", 126, ["is empty"]],
  ["a script with Windows line ends", "#!/bin/sh\r\necho\r\n", 127, [
    'its interpreter "/bin/sh\\r" does not exist: the #! line ends in a carriage return',
    "Unix",
  ]],
  ["a script whose shell is missing", "#!/no/bash -e\n", 127, ['"/no/bash" (#! line) does not']],
  ["a script whose shell is no program", "#!/etc/passwd\n", 126, ['interpreter "/etc/passwd"']],
];

for (const [name, content, code, says] of FILES) {
  for (const [way, env] of [["alone", {}], ["with a spec", SPEC]] as const) {
    Deno.test(`${name} is called what it is, ${way}`, async () => {
      const file = await Deno.makeTempFile({ suffix: ".sh" });
      await Deno.writeTextFile(file, content);
      await Deno.chmod(file, 0o755);
      await using run = startKoordinator([file], { ...env, KOORDINATOR_LOG_FORMAT: "text" });
      assertEquals((await run.status).code, code);
      for (const part of says) assertStringIncludes(run.output().stderr, part);
      await Deno.remove(file);
    });
  }
}

/** The beginning of a program for 64-bit Linux, with a dynamic loader where one is given. */
function program(machine: number, interpreter: string): Uint8Array {
  const bytes = new Uint8Array(64 + 56 + interpreter.length + 1);
  const view = new DataView(bytes.buffer);
  bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  view.setUint16(16, 2, true);
  view.setUint16(18, machine, true);
  view.setUint32(20, 1, true);
  view.setBigUint64(32, 64n, true);
  view.setUint16(52, 64, true);
  view.setUint16(54, 56, true);
  view.setUint16(56, 1, true);
  view.setUint32(64, 3, true);
  view.setBigUint64(64 + 8, 120n, true);
  view.setBigUint64(64 + 32, BigInt(interpreter.length + 1), true);
  bytes.set(new TextEncoder().encode(`${interpreter}\0`), 120);
  return bytes;
}

const [OWN, OTHER, OTHER_NAME] = Deno.build.arch === "x86_64"
  ? [62, 183, "arm64"]
  : [183, 62, "x86_64"];

Deno.test("a program for another machine is called so", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeFile(file, program(OTHER, "/lib/ld.so"), { mode: 0o755 });
  await Deno.chmod(file, 0o755);
  await using run = startKoordinator([file]);
  assertEquals((await run.status).code, 126);
  assertStringIncludes(run.output().stderr, `is a program for ${OTHER_NAME}`);
  await Deno.remove(file);
});

Deno.test("a program whose dynamic loader is missing names it", async () => {
  const file = await Deno.makeTempFile();
  await Deno.writeFile(file, program(OWN, "/lib/ld-other.so.1"));
  await Deno.chmod(file, 0o755);
  await using run = startKoordinator([file]);
  assertEquals((await run.status).code, 127);
  assertStringIncludes(run.output().stderr, 'dynamic loader "/lib/ld-other.so.1"');
  await Deno.remove(file);
});
