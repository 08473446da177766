import { assertEquals, assertMatch } from "@std/assert";
import type { Spec } from "../../lib/spec/spec.ts";
import { report } from "./reports.ts";
import type { Phase } from "../../lib/supervisor/report.ts";
import { ALONE } from "./play.ts";
import { BOTH_RUN, deleted, mainIs, seen, SERVES, signalled } from "./sidecar.ts";
import { type Happening, playTimeline, saidAs, sentAt } from "./timeline.ts";

const TERM = signalled("SIGTERM");

Deno.test("nobody is waited for who cannot tell of its end, and that is said once", () => {
  const played = playTimeline(SERVES, [[0, seen()], [0, deleted(0, 3_600)], [10, TERM]]);
  assertEquals(sentAt(played), ["1010 SIGTERM process"]);
  const silent = saidAs(played, "warning").filter((line) => /held back for main/.test(line));
  assertEquals(silent.length, 1);
  assertMatch(silent[0] ?? "", /not heard of in the state directory/);
});

Deno.test("why nothing is held back is said when the time to look for evidence is over", () => {
  const run = [0, mainIs({ phase: "running" })] as const;
  const failed = [5, mainIs({ phase: "ended", exitCode: 1 })] as const;
  const why = (signal: Happening, ...before: readonly (readonly [number, Happening])[]) =>
    saidAs(playTimeline(SERVES, [...before, [10, signal]]), "info")
      .filter((line) => line.startsWith("nothing is held back"));
  const unsure = "nothing is held back for main: no sign that the whole pod is being terminated";
  assertEquals(why(TERM, ...BOTH_RUN), [unsure]);
  assertEquals(why(TERM, run), [`${unsure}; the API server has told nothing yet`]);
  assertEquals(why(TERM, run, failed), [
    "nothing is held back for main: ended, and nobody has said yet whether for good",
  ]);
  assertEquals(why(signalled("SIGHUP"), ...BOTH_RUN), [], "it may mean anything");
  assertEquals(why(TERM, ...BOTH_RUN, [0, deleted(0)]), [], "it is held back");
});

Deno.test("of several only those are waited for that can tell", () => {
  const both: Partial<Spec> = {
    stopDeps: [{ container: "main", when: "final" }, { container: "bare", when: "final" }],
    stopWhen: "all",
  };
  const played = playTimeline(both, [
    ...BOTH_RUN,
    [0, deleted(0)],
    [10, TERM],
    [5_000, mainIs({ phase: "ended", exitCode: 0 })],
  ]);
  assertEquals(sentAt(played), ["5000 SIGTERM process"]);
});

Deno.test("one that was not heard of in the first moment is waited for all the same", () => {
  const played = playTimeline(SERVES, [
    [0, deleted(0)],
    [10, TERM],
    [700, mainIs({ phase: "running" })],
    [4_000, mainIs({ phase: "ended", exitCode: 0 })],
  ]);
  assertEquals(sentAt(played)[0], "4000 SIGTERM process");
});

Deno.test("one that became its command is waited for: the kernel tells of its end", () => {
  const handedOver = { ...report({ phase: "running" }), handedOver: true };
  const played = playTimeline(SERVES, [
    [0, seen()],
    [0, (at) => ({ kind: "siblingReported", container: "main", report: handedOver, at })],
    [0, deleted(0)],
    [10, TERM],
    [6_000, () => ({ kind: "siblingEnded", container: "main", exitCode: undefined })],
  ]);
  assertEquals(sentAt(played)[0], "6000 SIGTERM process");
});

/** What is told of the sidecar, and when. */
function phases(...happenings: readonly (readonly [number, Happening])[]): readonly string[] {
  return playTimeline(SERVES, [...BOTH_RUN, ...happenings]).deeds.flatMap(({ at, effect }) =>
    effect.kind === "publish" ? [`${at} ${effect.progress.phase}`] : []
  );
}

const failed = mainIs({ phase: "ended", exitCode: 1 });
const stopping = mainIs({ phase: "stopping" });
const held = mainIs({ phase: "waiting" });

for (
  const [what, before, told] of [
    ["has crashed long before", [[1_000, failed]], ["0 running"]],
    ["has just crashed", [[9_000, failed]], ["0 running", "10000 stopping", "30000 running"]],
    [
      "is restarted alone",
      [[9_000, stopping], [9_500, failed]],
      ["0 running", "10000 stopping", "30000 running"],
    ],
  ] satisfies readonly (readonly [string, readonly (readonly [number, Happening])[], string[]])[]
) {
  for (const signal of ["SIGHUP", "SIGUSR1", "SIGWINCH"] as const) {
    Deno.test(`a sidecar that is sent ${signal} while its main ${what} is there for the next run`, () => {
      const heard = phases(...before, [10_000, signalled(signal)], [30_000, held]);
      assertEquals(heard, told);
    });
  }
}

Deno.test("a container that has ended long before is no sign that the pod is being terminated", () => {
  const both: Partial<Spec> = {
    stopDeps: [{ container: "first", when: "final" }, { container: "main", when: "final" }],
    stopWhen: "all",
  };
  const first = (phase: Phase): Happening => (at) => ({
    kind: "siblingReported",
    container: "first",
    report: report(phase),
    at,
  });
  const run = [[0, mainIs({ phase: "running" })], [0, first({ phase: "running" })]] as const;
  const over = first({ phase: "ended", exitCode: 0 });
  const told = (at: number, ...after: readonly (readonly [number, Happening])[]) =>
    sentAt(
      playTimeline(both, [...run, [at, over], [60_000, TERM], ...after], { sources: ALONE }),
    )[0];
  assertEquals(told(1_000), "61000 SIGTERM process", "a liveness probe's restart");
  assertEquals(told(59_990), "82500 SIGTERM process", "it was told to end as well");
  const again = first({ phase: "waiting" });
  assertEquals(told(59_990, [65_000, again]), "65000 SIGTERM process", "it was restarted too");
});
