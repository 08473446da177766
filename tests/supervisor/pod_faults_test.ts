import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Pod } from "../../lib/pod/pod.ts";
import { podSchema } from "../../lib/pod/schema.ts";
import { DEFAULT_SPEC, type Spec } from "../../lib/spec/spec.ts";
import type { Effect, Event } from "../../lib/supervisor/events.ts";
import { statusOf } from "../../lib/supervisor/status.ts";
import * as v from "valibot";
import { ALONE, BOTH, launches, play } from "./play.ts";
import { report } from "./reports.ts";
import { pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const waits: Partial<Spec> = {
  startDeps: [{ kind: "container", container: "proxy", until: "ready", optional: false }],
};
const misspelt: Partial<Spec> = { stopDeps: [{ container: "mian", when: "final" }] };

function said(effects: readonly Effect[], level: "warning" | "error"): readonly string[] {
  return effects.flatMap((e) => e.kind === "log" && e.level === level ? [e.message] : []);
}

/** A pod as an API server sends it. */
function sent(containers: readonly unknown[], initContainers: readonly unknown[] = []): Pod {
  const containerStatuses = [unready("proxy")];
  const metadata = { name: "pod" };
  return v.parse(podSchema, {
    metadata,
    spec: { restartPolicy: "Never", containers, initContainers },
    status: { containerStatuses },
  });
}

for (
  const [way, spec, statuses] of [
    ["without start dependencies", misspelt, [ready("main"), ready("proxy")]],
    ["with start dependencies", { ...misspelt, ...waits }, [ready("main"), ready("proxy")]],
  ] satisfies readonly (readonly [string, Partial<Spec>, Parameters<typeof pod>[0]])[]
) {
  Deno.test(`a misspelt stop dependency is an error in the log and in the status, and the command runs, ${way}`, () => {
    const observed = pod(statuses);
    const played = play(spec, [
      { kind: "podObserved", pod: observed, at: 0 },
      { kind: "podObserved", pod: observed, at: 0 },
    ]);
    const errors = said(played.effects, "error");
    assertEquals(errors.length, 1);
    assertStringIncludes(errors[0] ?? "", "stop dependency mian never holds: not in the pod");
    assertStringIncludes(errors[0] ?? "", 'did you mean "main"?');
    assertEquals([launches(played), played.state.phase], [1, "running"]);
    const context = { spec: { ...DEFAULT_SPEC, ...spec }, self: "self", sources: BOTH };
    const [stop] = statusOf(context, played.state).dependencies;
    assertStringIncludes(stop?.seen ?? "", "not in the pod, whose containers are: main, proxy");
  });
}

Deno.test("a stop dependency on the container itself launches nothing and ends 125", () => {
  const { effects } = play({ stopDeps: [{ container: "self", when: "final" }] }, []);
  const [exit] = effects.flatMap((effect) => effect.kind === "exit" ? [effect] : []);
  assertEquals([exit?.code, effects.some(({ kind }) => kind === "launch")], [125, false]);
  assertStringIncludes(exit?.reason ?? "", "stop dependency self is this container itself");
});

const spec = (value: unknown) => [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(value) }];

/** What a container is like that is waited for, and whether there is a warning that it tells no readiness. */
const PROBES: readonly (readonly [string, unknown, boolean])[] = [
  ["nothing", {}, true],
  ["a liveness probe", { livenessProbe: {} }, true],
  ["a readiness probe", { readinessProbe: {} }, false],
  ["a startup probe", { startupProbe: {} }, false],
  ["a supervisor that waits for nothing", { env: spec({ stopDeps: ["main"] }) }, true],
  ["a supervisor that checks it", { env: spec({ readiness: { tcp: 1 } }) }, false],
  [
    "a supervisor that is told to",
    { env: [{ name: "KOORDINATOR_READINESS", value: "{}" }] },
    false,
  ],
];

for (const [what, proxy, warned] of PROBES) {
  Deno.test(`a start dependency with ${what} is ${warned ? "" : "not "}warned of: ready would mean running`, () => {
    const observed = sent([{ name: "proxy", ...Object(proxy) }]);
    const warnings = said(
      play(waits, [{ kind: "podObserved", pod: observed, at: 0 }]).effects,
      "warning",
    );
    assertEquals(
      warnings.filter((each) => each.startsWith("start dependency proxy has no readiness probe")),
      warned
        ? ["start dependency proxy has no readiness probe: it counts as ready as soon as it runs"]
        : [],
    );
  });
}

for (
  const [checked, sources, warned] of [[false, ALONE, 1], [true, ALONE, 0], [
    false,
    BOTH,
    0,
  ]] as const
) {
  const where = sources.api ? "beside the API server" : "alone";
  Deno.test(`a sibling that says ${checked ? "by a check" : "unchecked"} that it is ready is warned of ${warned} times, ${where}`, () => {
    const told = (ready: boolean): Event => ({
      kind: "siblingReported",
      container: "proxy",
      report: report({ phase: "running" }, { ready, checked }),
      at: 0,
    });
    const also: Spec["startDeps"] = [...waits.startDeps ?? [], { kind: "file", path: "/never" }];
    const events = [told(false), told(true), told(true)];
    const { effects } = play({ startDeps: also }, events, "self", sources);
    const warnings = said(effects, "warning").filter((each) => each.includes("no readiness check"));
    assertEquals(warnings.length, warned);
  });
}

/** What a container that has a spec is started by, and whether its siblings warn that nobody reads it. */
const COMMANDS: readonly (readonly [string, unknown, boolean])[] = [
  ["its image's entrypoint", {}, false],
  ["koordinator", { command: ["/koordinator/koordinator", "app"] }, false],
  ["koordinator in its arguments", { command: ["/entry"], args: ["/k/koordinator", "a"] }, false],
  ["a shell that starts koordinator", { command: ["sh", "-c", "exec koordinator app"] }, false],
  ["arguments alone", { args: ["app"] }, false],
  ["another program", { command: ["/app"], args: ["--serve"] }, true],
];

for (const [what, started, warned] of COMMANDS) {
  Deno.test(`a sibling with a spec that is started by ${what} is ${warned ? "" : "not "}warned of`, () => {
    const env = spec({ startDeps: [{ container: "nobody", until: "started" }] });
    const observed = sent([{ name: "proxy", readinessProbe: {} }, {
      name: "side",
      env,
      ...Object(started),
    }]);
    const warnings = said(
      play(waits, [{ kind: "podObserved", pod: observed, at: 0 }]).effects,
      "warning",
    );
    assertEquals(
      warnings,
      warned
        ? ["container side has a spec and its command is not koordinator: nobody reads the spec"]
        : [],
    );
  });
}

Deno.test("a container that is terminated while it waits is told of its liveness probe, if it has one", () => {
  const reasons = [{}, { livenessProbe: {} }, { livenessProbe: {}, startupProbe: {} }].map(
    (probes) => {
      const observed = sent([{ name: "self", ...probes }, { name: "proxy" }]);
      const { effects } = play(waits, [
        { kind: "podObserved", pod: observed, at: 0 },
        { kind: "signalled", signal: "SIGTERM", at: 0 },
      ]);
      return effects.some((effect) =>
        effect.kind === "exit" && effect.code === 143 &&
        effect.reason?.includes("its liveness probe failed")
      );
    },
  );
  assertEquals(reasons, [false, true, false]);
});
