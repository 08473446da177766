// Docker before 20.10.10 answers EPERM to clone3(2), which its profile did not know.
import { assertEquals } from "@std/assert";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable } from "../support/executable.ts";
import { REFUSALS, shell } from "./loader.ts";

/** The same on every processor. */
const CLONE3 = "435";

const WAYS = [
  { way: "supervises a command", spec: { handOver: false } },
  { way: "waits for a file, and launches", spec: { handOver: false, startDeps: [{ file: "/" }] } },
  {
    way: "launches a command again",
    spec: { handOver: false, restart: { policy: "onFailure", maxRetries: 1, backoff: "1ms" } },
  },
  { way: "hands over", spec: {} },
] as const;

for (const [name, errno] of Object.entries(REFUSALS)) {
  for (const { way, spec } of WAYS) {
    Deno.test({
      name: `where clone3 is refused with ${name} the executable ${way}${
        HAS_CC ? "" : " (needs cc)"
      }`,
      ignore: !HAS_CC,
      fn: async () => {
        const refused = [await cProgram("seccomp"), CLONE3, errno, await executable()];
        const { code, stderr } = await shell('exec "$@"', [...refused, "sh", "-c", "exit 5"], {
          KOORDINATOR_SPEC: JSON.stringify(spec),
        });
        assertEquals(code, 5, stderr);
      },
    });
  }
}
