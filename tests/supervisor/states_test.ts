import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { seconds } from "../../lib/spec/duration.ts";
import { DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import type { Event } from "../../lib/supervisor/events.ts";
import { INITIAL, step } from "../../lib/supervisor/machine.ts";
import type { State } from "../../lib/supervisor/state.ts";
import { BOTH, quitCall } from "./play.ts";
import { report } from "./reports.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

/** After every start in pods.ts, in milliseconds since 1970. */
const AT = Date.parse("2026-01-01T00:00:30Z");

const specs: fc.Arbitrary<Spec> = fc.record({
  startDeps: fc.constantFrom<Spec["startDeps"]>(
    [],
    [{ kind: "container", container: "proxy", until: "ready", optional: false }],
    [{ kind: "container", container: "proxy", until: "terminated", optional: false }],
    [{ kind: "file", path: "/ready" }],
  ),
  stopDeps: fc.oneof(
    {
      weight: 20,
      arbitrary: fc.constantFrom<Spec["stopDeps"]>([], [{ container: "main", when: "final" }]),
    },
    {
      weight: 1,
      arbitrary: fc.constant<Spec["stopDeps"]>([{ container: "self", when: "final" }]),
    },
  ),
  onStartTimeout: fc.constantFrom<Spec["onStartTimeout"]>("fail", "start"),
  startTimeout: fc.constant(seconds(1)),
  afterExit: fc.constantFrom<Spec["afterExit"]>([], [{
    call: quitCall(1),
    on: "always",
    lastOf: [],
  }], [{ call: quitCall(1), on: undefined, lastOf: [] }]),
  killMode: fc.constantFrom<Spec["killMode"]>("mixed", "group"),
  restart: fc.constantFrom<Spec["restart"]>(
    DEFAULT_SPEC.restart,
    { policy: "always", maxRetries: undefined, backoff: seconds(1) },
  ),
}).map((given) => ({ ...DEFAULT_SPEC, ...given }));

const pods = [ready("main"), ended("main", 0)].flatMap((main) =>
  [ready("proxy"), unready("proxy"), ended("proxy", 1)].flatMap((proxy) => [
    pod([main, proxy]),
    pod([main, proxy], { restartPolicy: "OnFailure" }),
    pod([main, proxy], { deletionTimestamp: "2026-01-01T00:00:30Z" }),
  ])
);

const events = fc.constantFrom<Event>(
  { kind: "begun" },
  ...pods.map((observed): Event => ({ kind: "podObserved", pod: observed, at: 0 })),
  { kind: "podGone" },
  {
    kind: "siblingReported",
    container: "main",
    report: report({ phase: "ended", exitCode: 0 }),
    at: AT,
  },
  {
    kind: "siblingReported",
    container: "proxy",
    report: report({ phase: "ended", exitCode: 0 }),
    at: AT,
  },
  { kind: "siblingReported", container: "proxy", report: report({ phase: "waiting" }), at: AT },
  { kind: "siblingReported", container: "proxy", report: report({ phase: "running" }), at: AT },
  { kind: "siblingEnded", container: "main", exitCode: 0 },
  { kind: "siblingEnded", container: "proxy", exitCode: undefined },
  { kind: "dependencyProbed", index: 0, open: true },
  { kind: "apiRefused" },
  { kind: "readinessChecked", open: true },
  { kind: "signalled", signal: "SIGTERM", at: 0 },
  ...([
    "progress",
    "api",
    "listening",
    "newRun",
    "startTimeout",
    "restart",
    "stopDelay",
    "order",
    "escalation",
    "observeAgain",
    "probeAgain",
  ] as const).map(
    (timer): Event => ({ kind: "timerFired", timer }),
  ),
  { kind: "handOverRefused" },
  { kind: "launchFailed", exitCode: 127, message: "not found" },
  { kind: "childExited", end: { kind: "exited", code: 1 } },
  {
    kind: "childExited",
    end: { kind: "exited", code: 1 },
    left: { inGroup: true, asChildren: false },
  },
  { kind: "groupEnded" },
  { kind: "stopActionEnded", ok: false, detail: "" },
  { kind: "crashed", message: "" },
  { kind: "effectFailed", effect: { kind: "observePod" }, message: "" },
  { kind: "effectFailed", effect: { kind: "callAfterExit", call: quitCall(1) }, message: "" },
  { kind: "afterExitEnded", ok: true, detail: "" },
);

Deno.test("the table and the diagram of states in the docs are what the program does", async () => {
  const seen = new Set<string>();
  const plays = fc.tuple(specs, fc.array(events, { maxLength: 12 }));
  fc.assert(
    fc.property(plays, ([spec, happened]) => {
      let state: State = INITIAL;
      for (const event of happened) {
        const next = step({ spec, self: "self", sources: BOTH }, state, event).state;
        if (next.phase !== state.phase) seen.add(`${state.phase} ${event.kind} ${next.phase}`);
        state = next;
      }
    }),
    { numRuns: 600_000, seed: 1 },
  );
  const docs = await Deno.readTextFile(new URL("../../docs/reference/states.md", import.meta.url));
  const rows = [...docs.matchAll(/^\| (\w+) +\| (\w+) +\| (\w+) +\|/gm)]
    .map(([, from, event, to]) => `${from} ${event} ${to}`)
    .filter((row) => row !== "state event next");
  assertEquals([...seen].sort(), rows.sort());
  const arrows = [...docs.matchAll(/^ +(\w+) --> (\w+)$/gm)].map(([, from, to]) => `${from} ${to}`);
  const phases = new Set([...seen].map((row) => row.replace(/ \w+ /, " ")));
  assertEquals(arrows.sort(), [...phases].sort());
});
