import { assertEquals, assertStringIncludes } from "@std/assert";
import { executable, IS_ROOT, output } from "../support/executable.ts";

const PROGRAM = await executable();

/** Runs a shell script in a folder of its own; "$1" is the executable. */
async function inFolder(script: string) {
  const folder = await Deno.makeTempDir();
  try {
    return await output("sh", ["-c", `cd "$2" && ${script}`, "sh", PROGRAM, folder]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** What the tests run in a namespace of mounts of its own needs root. */
const MOUNTS = { suffix: IS_ROOT ? "" : " (needs root)", ignore: !IS_ROOT };

Deno.test("copies into one folder at the same time all succeed, whatever their process number", async () => {
  // As in pods that share a volume, each copy is process 1 of a namespace of its own.
  const alone = IS_ROOT ? "unshare --pid --fork " : "";
  const { code, stdout, stderr } = await inFolder(
    `for i in 1 2 3 4 5 6; do ${alone}"$1" copy . & pids="$pids $!"; done; ` +
      'for pid in $pids; do wait $pid || echo failed; done; ls -A; cmp koordinator "$1"',
  );
  assertEquals([code, stdout, stderr], [0, ".koordinator\nkoordinator\n", ""]);
});

Deno.test("an executable that is replaced again and again can be executed at any moment", async () => {
  const { code, stdout, stderr } = await inFolder(
    '"$1" copy . && for i in 1 2 3; do (for j in 1 2 3 4 5 6 7 8; do "$1" copy .; done) & done; ' +
      "while kill -0 $! 2> /dev/null; do ./koordinator /bin/true || echo $?; done; wait",
  );
  assertEquals([code, stdout, stderr], [0, "", ""]);
});

Deno.test("a folder whose name is a number is that folder", async () => {
  const { code, stdout } = await inFolder('mkdir 007 1e3 && "$1" copy 007 && ls 007 && ls -A');
  assertEquals([code, stdout], [0, "koordinator\n007\n1e3\n"]);
});

Deno.test("a folder in the executable's place, as a subPath makes it, is named", async () => {
  const { code, stdout, stderr } = await inFolder(
    'mkdir koordinator; "$1" copy .; code=$?; ls -A; exit $code',
  );
  assertEquals([code, stdout], [125, "koordinator\n"]);
  assertStringIncludes(stderr, "a folder has the name of the executable");
  assertStringIncludes(stderr, "subPath");
});

Deno.test("a folder whose name begins with - stands behind --", async () => {
  const { code, stdout } = await inFolder('mkdir ./-x && "$1" copy -- -x && ls ./-x');
  assertEquals([code, stdout], [0, "koordinator\n"]);
});

Deno.test({
  name: `a volume where nothing can be executed is found out, and nothing is left${MOUNTS.suffix}`,
  ignore: MOUNTS.ignore,
  fn: async () => {
    const { code, stdout, stderr } = await inFolder(
      `exec unshare --mount sh -c 'mount -t tmpfs -o noexec none "$2" && "$1" copy "$2"; ` +
        `code=$?; ls -A "$2"; exit $code' sh "$1" "$2"`,
    );
    assertEquals([code, stdout], [125, ""]);
    assertStringIncludes(stderr, "nothing can be executed there");
    assertStringIncludes(stderr, "noexec");
  },
});
