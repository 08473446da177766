import { assertEquals } from "@std/assert";
import { closingLine, type Course, type Ending, NOT_BEGUN } from "../../lib/supervisor/closing.ts";

const ran: Course = {
  begunAt: 0,
  launchedAt: 1_000,
  lastLaunchedAt: 5_000,
  stoppedAt: undefined,
  endedAt: 17_250,
  end: { kind: "exited", code: 3 },
};
const stopped: Course = { ...ran, stoppedAt: 16_000, end: { kind: "signalled", signal: 15 } };
const killed: Course = { ...stopped, end: { kind: "signalled", signal: 9 } };
const waited: Course = { ...NOT_BEGUN, begunAt: 0 };

const lines: readonly (readonly [
  what: string,
  course: Course,
  ending: Ending,
  level: string,
  message: string,
])[] = [
  [
    "a command that failed is warned about",
    ran,
    { code: 3, because: "commandEnded", reason: undefined },
    "warning",
    "the command has ended: exit code 3 after 12s250ms",
  ],
  [
    "a command that succeeded is told",
    { ...ran, end: { kind: "exited", code: 0 } },
    { code: 0, because: "commandEnded", reason: undefined },
    "info",
    "the command has ended: exit code 0 after 12s250ms",
  ],
  [
    "a command that was told to end is told, whatever its code",
    stopped,
    { code: 143, because: "terminated", reason: undefined },
    "info",
    "the command has ended: SIGTERM after 12s250ms",
  ],
  [
    "a command that had to be killed is an error",
    killed,
    { code: 137, because: "stopDependency", reason: "the command had to be killed" },
    "error",
    "the command had to be killed: SIGKILL after 12s250ms",
  ],
  [
    "a wait that is in vain is an error, in words of its own",
    waited,
    { code: 121, because: "unmeetable", reason: "can never be met" },
    "error",
    "can never be met",
  ],
  [
    "a wait that has become needless is told",
    waited,
    { code: 0, because: "stopDependency", reason: "main has ended already" },
    "info",
    "main has ended already",
  ],
];

for (const [what, course, ending, level, message] of lines) {
  Deno.test(`in the closing line ${what}`, () => {
    const line = closingLine(course, ending, 20_000);
    assertEquals([line.level, line.message], [level, message]);
  });
}

Deno.test("the closing line has the times of the wait, of the last run and of its stop", () => {
  const ending: Ending = { code: 143, because: "terminated", reason: undefined };
  const timesOf = (course: Course): readonly (number | undefined)[] => {
    const { waitedMs, ranMs, stopMs } = closingLine(course, ending, 20_000).fields;
    return [waitedMs, ranMs, stopMs];
  };
  assertEquals(timesOf(stopped), [1_000, 12_250, 1_250]);
  assertEquals(timesOf(ran), [1_000, 12_250, undefined]);
  assertEquals(timesOf(waited), [20_000, undefined, undefined]);
});
