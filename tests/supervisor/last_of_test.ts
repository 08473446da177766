import { assertEquals } from "@std/assert";
import type { Spec } from "../../lib/spec/spec.ts";
import { ALONE, quitCall } from "./play.ts";
import { exited, mainIs, seen, signalled } from "./sidecar.ts";
import { type Happening, playTimeline } from "./timeline.ts";

/** A container whose call is left to `main`, if that ends later. */
const LAST: Partial<Spec> = {
  afterExit: [{ call: quitCall(15020), on: "always", lastOf: ["main"] }],
};
const NEVER = { ...ALONE, restartPolicy: "Never" } as const;
const RUNS = mainIs({ phase: "running" });
const OVER = mainIs({ phase: "ended", exitCode: 0 });

/** When it told its end, called and ended. */
function course(
  happenings: readonly (readonly [number, Happening])[],
  sources = NEVER,
  spec = LAST,
): readonly string[] {
  const called: Happening = () => ({ kind: "afterExitEnded", ok: true, detail: "HTTP 200" });
  return playTimeline(spec, [...happenings, [9_000, called]], { sources }).deeds
    .flatMap(({ at, effect }) => {
      const isEnd = effect.kind === "publish" && effect.progress.phase === "ended";
      if (isEnd) return [`${at} told`];
      return effect.kind === "callAfterExit" || effect.kind === "exit"
        ? [`${at} ${effect.kind}`]
        : [];
    });
}

Deno.test("a container that ends after the others calls at once", () => {
  assertEquals(course([[0, RUNS], [1_000, OVER], [2_000, exited(0)]]), [
    "2000 callAfterExit",
    "9000 told",
    "9000 exit",
  ]);
});

Deno.test("of two that end at the same moment the one that is told of the other's end calls", () => {
  assertEquals(course([[0, RUNS], [2_000, exited(0)], [2_040, OVER]]), [
    "2000 told",
    "2040 callAfterExit",
    "9000 told",
    "9000 exit",
  ]);
});

Deno.test("a container that others outlive leaves the call to them, a second later", () => {
  assertEquals(course([[0, RUNS], [2_000, exited(0)], [3_500, OVER]]), [
    "2000 told",
    "3000 told",
    "3000 exit",
  ]);
});

Deno.test("who is told to end waits for nobody else's end", () => {
  const course_ = course([[0, RUNS], [2_000, exited(0)], [2_500, signalled("SIGTERM")]]);
  assertEquals(course_.at(-1), "2500 exit");
});

Deno.test("nobody is waited for who does not report, or where the call is not due", () => {
  assertEquals(course([[2_000, exited(0)]]), ["2000 told", "2000 exit"]);
  assertEquals(
    course([[0, seen()], [2_000, exited(0)]], { ...NEVER, api: true }).at(-1),
    "2000 exit",
  );
  const afterFailure = {
    afterExit: [{ call: quitCall(15020), on: "failure", lastOf: ["main"] }],
  } as const;
  assertEquals(course([[0, RUNS], [2_000, exited(0)]], NEVER, afterFailure), [
    "2000 told",
    "2000 exit",
  ]);
});
