import { copyProgram } from "../support/copy_program.ts";
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Elf, PT_INTERP } from "../../tools/seal/elf.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";

Deno.test("the executable names no program interpreter", async () => {
  const elf = new Elf(await Deno.readFile(await executable()));
  assertEquals(elf.segments.some(({ type }) => type === PT_INTERP), false);
});

Deno.test("version --verbose names all that the executable was built from", async () => {
  const { code, stdout } = await output(await executable(), ["version", "--verbose"]);
  assertEquals(code, 0);
  for (
    const line of [
      ...[/^koordinator \d+\.\d+\.\d+$/m, /^deno \d+\.\d+\.\d+$/m, /^v8 \d+\./m],
      ...[/^libc glibc 2\.\d+$/m, new RegExp(`^architecture ${Deno.build.arch}$`, "m")],
      ...[/^runtime denort sha256:[0-9a-f]{64}$/m, /^library libc\.so\.6 .* sha256:[0-9a-f]{64}$/m],
      ...[/^package valibot \d+\.\d+\.\d+ MIT$/m, /^compiler .+$/m, /^program sha256:/m],
    ]
  ) assertMatch(stdout, line);
});

Deno.test("the executable supervises a command and leaks no variable and no descriptor to it", async () => {
  const { code, stdout } = await output("env", [
    ...["-i", "PATH=/usr/bin:/bin", 'KOORDINATOR_SPEC={"stopDelay":"1s"}', await executable()],
    // Not into a pipe: the shell would have its ends for a moment.
    ...["sh", "-c", "env | cut -d= -f1 | sort; echo; ls /proc/$$/fd; exit 4"],
  ]);
  assertEquals(code, 4);
  const [variables = "", descriptors = ""] = stdout.split("\n\n");
  assertEquals(variables.split("\n").filter((name) => /DENO|LD_/.test(name)), []);
  // 10 and above are the shell's own.
  const few = descriptors.trim().split("\n").filter((n) => Number(n) < 10);
  assertEquals(few, ["0", "1", "2"]);
});

Deno.test("a process of the executable maps no file but itself and memory", async () => {
  const path = await executable();
  const child = new Deno.Command("env", {
    args: ["-i", 'KOORDINATOR_SPEC={"stopDelay":"1s"}', path, "/bin/cat"],
    stdin: "piped",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("up\n"));
  const reader = child.stdout.getReader();
  await reader.read();
  const maps = await Deno.readTextFile(`/proc/${child.pid}/maps`);
  await writer.close();
  while (!(await reader.read()).done);
  await child.status;
  const files = new Set(
    maps.split("\n").map((line) => line.split(/\s+/).slice(5).join(" ")).filter((name) =>
      name !== "" && !name.startsWith("[")
    ),
  );
  for (const name of files) {
    assert(name === path || name.startsWith("/memfd:koordinator"), `mapped: ${name}`);
  }
});

Deno.test({
  name: "the executable starts in an empty root that has only /proc (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const root = await Deno.makeTempDir();
    await Deno.mkdir(`${root}/proc`);
    await copyProgram(await executable(), `${root}/koordinator`);
    const script =
      'mount -t proc proc "$1/proc" && exec chroot "$1" /koordinator version --verbose';
    const { code, stdout, stderr } = await output("unshare", [
      "-m",
      "sh",
      "-c",
      script,
      "sh",
      root,
    ]);
    await Deno.remove(root, { recursive: true });
    assertEquals(code, 0, stderr);
    assertMatch(stdout, /^koordinator \d/);
  },
});

Deno.test("copy installs the executable unwritable, in a folder that others cannot change it in, and replaces an older one", async () => {
  const folder = await Deno.makeTempDir();
  const path = await executable();
  await Deno.chmod(folder, 0o777);
  await Deno.writeTextFile(`${folder}/koordinator`, "old");
  await Deno.writeTextFile(`${folder}/.0123456789abcdef.tmp`, "left by one that was killed");
  assertEquals((await output(path, ["copy", folder])).code, 0);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  assertEquals(names, [".koordinator", "koordinator"]);
  assertEquals(((await Deno.stat(`${folder}/.koordinator`)).mode ?? 0) & 0o7777, 0o1777);
  assertEquals(((await Deno.stat(`${folder}/koordinator`)).mode ?? 0) & 0o777, 0o555);
  assertEquals(((await Deno.stat(folder)).mode ?? 0) & 0o7777, 0o1777);
  assertMatch((await output(`${folder}/koordinator`, ["version"])).stdout, /^koordinator /);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("copy into a folder that does not exist names the folder and the remedy", async () => {
  const { code, stderr } = await output(await executable(), ["copy", "/no/such/folder"]);
  assertEquals(code, 125);
  assertStringIncludes(stderr, "/no/such/folder: it does not exist");
  assertStringIncludes(stderr, "emptyDir");
});

Deno.test({
  name: "copy onto a full disk says so and leaves nothing half-written (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const script = 'd=$(mktemp -d) && mount -t tmpfs -o size=1m none "$d" && "$1" copy "$d"; ' +
      'code=$?; ls -A "$d"; exit $code';
    const path = await executable();
    const { code, stdout, stderr } = await output("unshare", [
      "-m",
      "sh",
      "-c",
      script,
      "sh",
      path,
    ]);
    assertEquals(code, 125);
    assertEquals(stdout, "");
    assertStringIncludes(stderr, "it is full");
  },
});

Deno.test({
  name: "copy into a folder that may not be written says so (needs a user without root)",
  ignore: IS_ROOT,
  fn: async () => {
    const { code, stderr } = await output(await executable(), ["copy", "/proc"]);
    assertEquals(code, 125);
    assertStringIncludes(stderr, "/proc");
  },
});
