// SIGTERM at moments all over the start, `deno task sweep`: it prints what came of them.
import { assert, assertEquals } from "@std/assert";
import * as v from "valibot";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";

/** So many moments are tried after that of the first system call. */
const MOMENTS = 60;

/** How much of the processor the program has used at the last of them, in starts until the command is up. */
const STARTS = 1.5;

/** How often each moment is tried. */
const REPEATS = Number(Deno.env.get("KOORDINATOR_SWEEP") ?? 20);

const Outcomes = v.object({
  step: v.number(),
  /** The exit code was 143. */
  ended: v.number(),
  /** Of these: the kernel ended it, since nothing blocked or handled SIGTERM. */
  killed: v.number(),
  /** The command's own answer to SIGTERM. */
  got: v.number(),
  /** The kernel dropped it: PID 1 had become the command, or was about to, and did not listen yet. */
  window: v.number(),
  lost: v.number(),
  faults: v.number(),
});
type Outcomes = v.InferOutput<typeof Outcomes>;

/** What koordinator does while the signal comes, and whether its command takes its place. */
const DOING = [
  {
    name: "while waiting",
    env: { KOORDINATOR_SPEC: '{"startDeps":[{"file":"/no/such/file"}]}' },
    command: "child",
  },
  {
    name: "while launching",
    env: { KOORDINATOR_SPEC: '{"handOver":false}' },
    command: "child",
  },
  { name: "while handing over", env: { KOORDINATOR_DISABLED: "false" }, command: "becomes" },
  { name: "while it decides to hand over", env: { KOORDINATOR_SPEC: "{}" }, command: "becomes" },
  { name: "while its loader hands over", env: {}, command: "becomes" },
] as const;

const PLACES = [
  { name: "as an ordinary process", place: "process", needs: "" },
  { name: "as PID 1", place: "init", needs: " (needs root)" },
] as const;

for (const { name: where, place, needs } of PLACES) {
  for (const { name: when, env, command } of DOING) {
    Deno.test({
      name: `${where} koordinator loses no SIGTERM ${when}, from its first instruction${needs}` +
        (HAS_CC ? "" : " (needs cc)"),
      ignore: !HAS_CC || place === "init" && !IS_ROOT,
      fn: async () => {
        const { steps, faults, apart } = await sweep(place, command, env);
        const sum = (of: Exclude<keyof Outcomes, "step">) =>
          steps.reduce((total, outcomes) => total + outcomes[of], 0);
        const runs = (MOMENTS + 1) * REPEATS;
        const window = sum("window") === 0 ? "" : `, ${sum("window")} in the command's own window`;
        console.log(
          `${where}, ${when}: ${runs} runs, ${sum("ended")} ended 143 ` +
            `(${sum("killed")} by the kernel), ${sum("got")} the command got it, ` +
            `${sum("lost")} lost${window}, up to ${
              (MOMENTS * apart / 1000).toFixed(0)
            } ms of the processor`,
        );
        assertEquals(faults, "");
        assertEquals(sum("ended") + sum("got") + sum("window"), runs);
        // Only what is not koordinator any more may be ended, or left alone, by the kernel.
        if (command === "child") assertEquals(sum("killed"), 0, "ended by the kernel");
        if (command === "child" || place === "process") assertEquals(sum("window"), 0);
        // A moment, where koordinator's own start fills most of the time.
        assert(sum("window") < runs / 4, `${sum("window")} lost while nobody was on guard`);
      },
    });
  }
}

async function sweep(
  place: "process" | "init",
  command: "child" | "becomes",
  env: Readonly<Record<string, string>>,
) {
  const driver = await cProgram("sweep", { with: ["sweep_run"] });
  const program = [await executable(), await cProgram("on_term", { static: true })];
  const apart = await (measured ??= microsecondsApart(driver, program));
  const { success, stdout, stderr } = await new Deno.Command(driver, {
    args: [place, command, String(REPEATS), String(MOMENTS), String(apart), ...program],
    clearEnv: true,
    env,
  }).output();
  const decoder = new TextDecoder();
  const faults = decoder.decode(stderr);
  if (!success) throw new Error(`sweep: ${faults}`);
  const steps = decoder.decode(stdout).trim().split("\n")
    .map((line) => v.parse(Outcomes, JSON.parse(line)))
    .sort((a, b) => a.step - b.step);
  return { steps, faults, apart };
}

let measured: Promise<number> | undefined;

/** How far the moments are apart, in microseconds of the processor: by the least of some starts. */
async function microsecondsApart(driver: string, program: readonly string[]): Promise<number> {
  const starts: number[] = [];
  for (let start = 0; start < 5; start++) {
    const env = { KOORDINATOR_SPEC: '{"handOver":false}' };
    const { code, stdout, stderr } = await output(driver, ["measure", ...program], env);
    if (code !== 0) throw new Error(`sweep: ${stderr}`);
    starts.push(Number(stdout));
  }
  return Math.ceil(STARTS * Math.min(...starts) / MOMENTS);
}
