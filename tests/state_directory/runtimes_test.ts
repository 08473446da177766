// Locks, the state directory and the sealed executable where the kernel is another one, or root is not.
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { executable, output } from "../support/executable.ts";

const RUNTIMES = [
  {
    name: "in gVisor",
    needs: "runsc",
    under: ["runsc", "--rootless", "--network=none", "--ignore-cgroups", "do"],
  },
  {
    name: "in a user namespace, as with hostUsers: false",
    needs: "user namespaces",
    under: ["unshare", "--user", "--map-root-user"],
  },
  {
    name: "in a user namespace, as nobody's user",
    needs: "user namespaces",
    under: ["unshare", "--user"],
  },
  {
    name: "where no inotify instance is left",
    needs: "user namespaces",
    under: [
      ...["unshare", "--user", "--map-root-user", "sh", "-c"],
      'echo 0 >/proc/sys/user/max_inotify_instances && exec "$@"',
      "sh",
    ],
  },
] as const;

/** Whether a program can be run under another. */
function possible(under: readonly string[]): boolean {
  const [program = "", ...args] = under;
  try {
    return new Deno.Command(program, { args: [...args, "true"] }).outputSync().success;
  } catch {
    return false;
  }
}

for (const { name, needs, under } of RUNTIMES) {
  const ignore = !possible(under);
  const named = (what: string) => `${name} ${what}${ignore ? ` (needs ${needs})` : ""}`;
  const [program, ...before] = under;

  Deno.test({
    name: named("reports, locks and ends are seen as elsewhere"),
    ignore,
    fn: async () => {
      const tests = fileURLToPath(new URL("follow_test.ts", import.meta.url));
      const args = [Deno.execPath(), "test", "-A", "--no-check", "--quiet", tests];
      const { code, stdout, stderr } = await output(program, [...before, ...args], {
        NO_COLOR: "1",
      });
      assertEquals(code, 0, stdout + stderr);
      assertMatch(stdout, /\| [1-9]\d* passed \| 0 failed/);
    },
  });

  Deno.test({
    name: named("the executable supervises, tells and hands over its lock"),
    ignore,
    fn: async () => {
      const path = await executable();
      const script = "f=$(mktemp -d); export KOORDINATOR_STATE_DIR=$f/state KOORDINATOR_SPEC; " +
        "export KOORDINATOR_CONTAINER_NAME=main; KOORDINATOR_SPEC='{\"handOver\":false}'; " +
        '"$1" sh -c "exit 7"; echo code $?; cat "$f/state/main.json"; ' +
        "KOORDINATOR_SPEC='{\"handOver\":true}'; " +
        '"$1" sh -c "readlink /proc/self/fd/100"; rm -r "$f"';
      const { stdout, stderr } = await output(program, [...before, "sh", "-c", script, "sh", path]);
      assertStringIncludes(stdout, "code 7", stderr);
      assertMatch(stdout, /"phase":"ended","exitCode":7/);
      assertMatch(stdout, /\/state\/main\.json$/m, stderr);
    },
  });
}
