import { KoordinatorError } from "../errors.ts";
import { readManifest } from "../manifest/manifest.ts";
import type { SourceFile } from "../manifest/source_file.ts";
import type { Workload } from "../manifest/workload.ts";
import { findExecutable } from "../process/search.ts";
import { closest } from "../spec/did_you_mean.ts";
import { type Duration, seconds } from "../spec/duration.ts";
import { visible } from "../spec/visible.ts";
import { print } from "./print.ts";
import { readSourceFile, UNREADABLE } from "./source_files.ts";
import { hasColours } from "./terminal.ts";
import { supervisorProgram } from "../simulate/koordinator_program.ts";
import { createScreen, type Screen, showLive } from "../simulate/live.ts";
import {
  parseOptions,
  type RealMode,
  type SimulateOptions,
  USAGE,
  type VirtualMode,
} from "../simulate/options.ts";
import { obstacles, type RealPlay } from "../simulate/real_play.ts";
import { playReal } from "../simulate/real_pod.ts";
import { castOf, closingText, heading, pictureOf, type Shown } from "../simulate/shown.ts";
import { standInText } from "../simulate/stand_ins.ts";
import { coloured, plain } from "../simulate/styled_text.ts";
import type { Timeline } from "../simulate/timeline.ts";
import { timelinesJson } from "../simulate/timeline.ts";
import { timelineSvg } from "../simulate/timeline_svg.ts";
import { COLUMNS } from "../simulate/timeline_text.ts";
import { showVirtually } from "../simulate/virtual_show.ts";

/** What a play with real processes takes at most, if nothing else is said; without koordinator it may hang. */
const REAL_LIMIT = seconds(120);
const BEYOND_THE_OTHER = seconds(4);

/** After SIGINT: 128 + 2. */
const INTERRUPTED = 130;

/**
 * `koordinator simulate FILE`: plays a manifest's start and stop, in virtual time or with real
 * processes, and draws what happened.
 *
 * @returns 0 if the pod ended or runs as it should, 1 if not
 * @throws {KoordinatorError} exit code 125, if it is called wrongly; 2, if there is nothing to play
 */
export async function simulate(args: readonly string[]): Promise<number> {
  if (args.includes("--help")) {
    print(USAGE);
    return 0;
  }
  const options = parseOptions(args);
  const workload = choose(await readSourceFile(options.file), options);
  const screen = openScreen(options.output === "text");
  const interrupt = new AbortController();
  const timelines = options.mode.kind === "virtual"
    ? inVirtualTime(workload, options, options.mode, screen)
    : await forReal(workload, options, options.mode, screen, interrupt);
  if (interrupt.signal.aborted) return INTERRUPTED;
  if (options.output === "svg") print(timelineSvg(...timelines));
  if (options.output === "json") print(timelinesJson(timelines));
  // What is shown beside it is expected to go wrong.
  return timelines[0]?.outcome?.good === true ? 0 : 1;
}

/** Where text is not asked for, nothing is shown. */
function openScreen(isText: boolean): Screen {
  if (!isText) return { print: () => {}, draw: () => {} };
  const isColoured = hasColours();
  return createScreen(print, isColoured ? coloured : plain, isColoured && isWide());
}

/** Whether no line of a picture is broken, which would be in the way of what is written over it. */
function isWide(): boolean {
  try {
    return Deno.consoleSize().columns >= COLUMNS;
  } catch {
    // It does not tell.
    return false;
  }
}

function wrong(message: string, hint?: string): KoordinatorError {
  return new KoordinatorError(message, {
    exitCode: UNREADABLE,
    ...(hint === undefined ? {} : { hint }),
  });
}

/** The workload that is meant. */
function choose(
  file: SourceFile,
  { name, mode }: SimulateOptions,
): Workload {
  const { workloads, faults } = readManifest(file);
  for (const { message, range: { file, start } } of faults) {
    warn(`${file}:${start.line}:${start.column}: ${message}`);
  }
  if (faults.some(({ kind }) => kind === "syntax")) throw wrong(`${file.name} is no YAML`);
  const names = workloads.map((workload) => workload.name);
  if (workloads.length === 0) {
    throw wrong(`${file.name} holds no pod`, "a Pod, or a Job, a Deployment... that makes pods");
  }
  const found = name === undefined ? workloads : workloads.filter((each) => each.name === name);
  const [workload, ...more] = found;
  if (workload === undefined || more.length > 0) {
    throw wrong(
      name === undefined
        ? `${file.name} holds several pods: ${names.join(", ")}`
        : `${file.name} holds ${
          found.length === 0 ? "no pod" : "several pods"
        } of the name ${name}`,
      name === undefined ? `--name ${names[0]}` : `there are ${names.join(", ")}`,
    );
  }
  checkNames(workload, mode);
  warnOfSpecs(workload);
  return workload;
}

/** What is said of a container must be said of one that is there. */
function checkNames({ pod }: Workload, mode: VirtualMode | RealMode): void {
  const names = pod.containers.map(({ name }) => name);
  const said = mode.kind === "virtual" ? mode.commands : mode.standIns;
  for (const name of said.keys()) {
    if (names.includes(name)) continue;
    const close = closest(name, names);
    throw wrong(
      `there is no container ${name}`,
      close === undefined ? `there are ${names.join(", ")}` : `did you mean ${close}?`,
    );
  }
}

/** Names and specs are from outside: nothing in them acts on a terminal. */
function warn(text: string): void {
  console.error(visible(text));
}

function warnOfSpecs({ pod }: Workload): void {
  for (const { name, supervision } of pod.containers) {
    if (supervision.kind === "notInFront") {
      warn(`${name}: there is a spec, and no koordinator in front of its command`);
    }
    if (supervision.kind !== "inFront" && supervision.kind !== "annotated") continue;
    const { spec } = supervision;
    if (spec.kind === "unseen") {
      warn(`${name}: its spec comes from ${spec.from}: played as if it had none`);
    }
    if (spec.kind === "invalid") {
      for (const { message } of spec.faults) warn(`${name}: ${message}`);
    }
  }
}

function inVirtualTime(
  workload: Workload,
  options: SimulateOptions,
  mode: VirtualMode,
  screen: Screen,
): readonly Timeline[] {
  return showVirtually(workload, options, mode).map(({ lines, timeline }) => {
    screen.print(lines);
    return timeline;
  });
}

async function forReal(
  workload: Workload,
  options: SimulateOptions,
  mode: RealMode,
  screen: Screen,
  interrupt: AbortController,
): Promise<readonly Timeline[]> {
  const program = supervisorProgram();
  const timelines: Timeline[] = [];
  const onSignal = () => interrupt.abort();
  const signals: readonly Deno.Signal[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  try {
    for (const shown of castOf(workload, options.without)) {
      const first = timelines[0];
      const play: RealPlay = {
        workload: shown.workload,
        standIns: mode.standIns,
        ports: mode.ports,
        deleteAfter: options.deleteAfter,
        limit: options.limit ?? (first === undefined ? REAL_LIMIT : longer(first.length)),
        supervisor: shown.without ? undefined : program,
      };
      if (first === undefined) refuseObstacles(play);
      screen.print([
        ...(first === undefined ? [] : [[], []]),
        ...heading(shown, "with real processes"),
        ...(first === undefined ? standInText(play) : []),
        [],
      ]);
      timelines.push(await playOne(shown, play, screen, interrupt.signal));
      if (interrupt.signal.aborted) break;
    }
  } finally {
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  }
  return timelines;
}

async function playOne(
  shown: Shown,
  play: RealPlay,
  screen: Screen,
  interrupt: AbortSignal,
): Promise<Timeline> {
  const live = showLive(shown, screen);
  try {
    const end = await playReal(play, live.tell, { interrupt });
    const timeline = pictureOf(shown, { ...end, moments: live.moments });
    live.end();
    screen.print(closingText(timeline));
    return timeline;
  } finally {
    live.end();
  }
}

/** The play without koordinator takes as long, and a little more to see that it does not end. */
function longer(length: Duration): Duration {
  return seconds(Math.ceil((length + BEYOND_THE_OTHER) / 1_000));
}

function refuseObstacles(play: RealPlay): void {
  const found = obstacles(play, (program) => {
    try {
      findExecutable(program);
      return true;
    } catch {
      return false;
    }
  });
  if (found.length === 0) return;
  throw wrong(
    `this pod cannot be played here: ${found.join("; ")}`,
    "a stand-in does: --with NAME='sh -c \"sleep 5\"'; without --real nothing of it is needed",
  );
}
