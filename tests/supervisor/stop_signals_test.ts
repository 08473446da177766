import { assert, assertEquals } from "@std/assert";
import { seconds } from "../../lib/spec/duration.ts";
import { FORWARDED, type SignalName } from "../../lib/spec/signal.ts";
import type { Spec } from "../../lib/spec/spec.ts";
import { BOTH_RUN, deleted, exited, mainIs, seen, SERVES, signalled } from "./sidecar.ts";
import { type Happening, playTimeline, sentAt } from "./timeline.ts";

/** Signals that an image's STOPSIGNAL may be. */
const STOPPING: readonly SignalName[] = [
  "SIGTERM",
  "SIGINT",
  "SIGQUIT",
  "SIGPWR",
  "SIGHUP",
  "SIGUSR1",
  "SIGUSR2",
  "SIGWINCH",
  "SIGRTMIN+3",
  "SIGRTMAX",
];
const CONTROL: readonly SignalName[] = STOPPING.slice(STOPPING.indexOf("SIGHUP"));
const JOB_CONTROL: readonly SignalName[] = ["SIGTSTP", "SIGTTIN", "SIGTTOU", "SIGCONT"];
const OTHERS = FORWARDED.filter((name) => !STOPPING.includes(name) && !JOB_CONTROL.includes(name));
const delayed: Partial<Spec> = { stopDelay: seconds(5) };

for (const signal of STOPPING) {
  Deno.test(`${signal} while the pod is being deleted waits for those that are served`, () => {
    const over = mainIs({ phase: "ended", exitCode: 0 });
    const ways: readonly (readonly (readonly [number, Happening])[])[] = [
      [[0, deleted(0)], [10, signalled(signal)]],
      [[0, signalled(signal)], [10, deleted(0)]],
      [[0, signalled(signal)], [10, mainIs({ phase: "stopping" })]],
    ];
    for (const way of ways) {
      const played = playTimeline(SERVES, [...BOTH_RUN, ...way, [6_000, over]]);
      assertEquals(sentAt(played)[0], `6000 ${signal} process`, "the signal that came");
    }
  });

  Deno.test(`${signal} ends a command that is held back, with 143`, () => {
    const waits: Partial<Spec> = { startDeps: [{ kind: "tcp", host: "127.0.0.1", port: 1 }] };
    const { deeds } = playTimeline(waits, [[10, signalled(signal)]]);
    const ends = deeds.flatMap(({ effect }) => effect.kind === "exit" ? [effect.code] : []);
    assertEquals(ends, [143]);
  });

  Deno.test(`${signal} that the pod declares its stop signal is delayed as SIGTERM is`, () => {
    const status = seen((pod) => ({
      ...pod,
      status: {
        containerStatuses: [{ name: "side", ready: true, stopSignal: signal }],
      },
    }));
    const manifest = seen((pod) => ({
      ...pod,
      spec: { containers: [{ name: "side", lifecycle: { stopSignal: signal } }] },
    }));
    for (const declared of [status, manifest]) {
      const played = playTimeline(delayed, [[0, declared], [10, signalled(signal)]]);
      assertEquals(sentAt(played), [`5010 ${signal} process`]);
    }
  });
}

Deno.test("a signal that only ever ends a program is delayed, whatever is known of the pod", () => {
  for (const signal of STOPPING.filter((name) => !CONTROL.includes(name))) {
    assertEquals(sentAt(playTimeline(delayed, [[10, signalled(signal)]])), [
      `5010 ${signal} process`,
    ]);
  }
});

Deno.test("a signal that controls a program is passed on at once where nobody is served", () => {
  for (const signal of CONTROL) {
    const sent = sentAt(playTimeline(delayed, [[10, signalled(signal)]]));
    assertEquals(sent, [`10 ${signal} process`]);
  }
});

Deno.test("a signal without evidence is passed on within a second where others are served", () => {
  for (const signal of STOPPING) {
    const sent = sentAt(playTimeline(SERVES, [...BOTH_RUN, [10, signalled(signal)]]));
    assertEquals(sent, [`1010 ${signal} process`]);
  }
});

Deno.test("what ends no program is passed on at once, be the pod deleted or not", () => {
  for (const signal of OTHERS) {
    for (const spec of [delayed, SERVES]) {
      const sent = sentAt(
        playTimeline(spec, [...BOTH_RUN, [0, deleted(0)], [10, signalled(signal)]]),
      );
      assertEquals(sent, [`10 ${signal} process`]);
    }
  }
});

Deno.test("a signal to reopen the log does not cut a hold short, a second one to end does", () => {
  const held = [...BOTH_RUN, [0, deleted(0)], [10, signalled("SIGTERM")]] as const;
  const control = playTimeline(SERVES, [...held, [3_000, signalled("SIGUSR1")]]);
  assertEquals(sentAt(control), ["3000 SIGUSR1 process", "22500 SIGTERM process"]);
  const other = playTimeline(SERVES, [...held, [3_000, signalled("SIGINT")]]);
  assertEquals(sentAt(other), ["3000 SIGTERM process", "3000 SIGINT process"]);
});

Deno.test("a thread dump long before the end costs neither the delay nor the order", () => {
  const dump = signalled("SIGQUIT");
  const later = playTimeline(delayed, [[0, dump], [60_000, signalled("SIGTERM")]]);
  assertEquals(sentAt(later), ["5000 SIGQUIT process", "65000 SIGTERM process"]);
  const soon = playTimeline(SERVES, [
    ...BOTH_RUN,
    [0, dump],
    [500, signalled("SIGTERM")],
    [510, deleted(500)],
    [9_000, mainIs({ phase: "ended", exitCode: 0 })],
  ]);
  assertEquals(sentAt(soon).slice(0, 2), ["500 SIGQUIT process", "9000 SIGTERM process"]);
});

Deno.test("siblings hear that a command lives on which a signal did not end", () => {
  const phases = (happenings: readonly (readonly [number, Happening])[]) =>
    playTimeline({ handOver: false }, happenings).deeds.flatMap(({ at, effect }) =>
      effect.kind === "publish" ? [`${at} ${effect.progress.phase}`] : []
    );
  assertEquals(phases([[1_000, signalled("SIGQUIT")]]), [
    "0 running",
    "1000 stopping",
    "3000 running",
  ]);
  assertEquals(phases([[1_000, signalled("SIGQUIT")], [1_500, exited(0)]]), [
    "0 running",
    "1000 stopping",
    "1500 ended",
  ]);
  assertEquals(phases([[1_000, signalled("SIGUSR1")]]), ["0 running"]);
  assertEquals(phases([[1_000, signalled("SIGTERM")]]), ["0 running", "1000 stopping"]);
});

Deno.test("every signal that is passed on is sorted", () => {
  assert(FORWARDED.every((name) => [...STOPPING, ...JOB_CONTROL, ...OTHERS].includes(name)));
});
