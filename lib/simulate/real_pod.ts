import { aborted } from "./aborted.ts";
import type { ContainerTemplate } from "../manifest/workload.ts";
import { findContainer } from "../pod/container.ts";
import { isFinalEnd } from "../pod/restart_policy.ts";
import type { Pod } from "../pod/pod.ts";
import { type Duration, milliseconds } from "../spec/duration.ts";
import type { Moment } from "./moment.ts";
import { type ContainerRun, type Happening, type Stage, startContainer } from "./real_container.ts";
import { bringsKoordinator, type RealPlay } from "./real_play.ts";
import { pause } from "../clock.ts";
import { startRealApi } from "./real_api.ts";
import { realEnvironment } from "./real_environment.ts";
import { podObject, withDeletion, withNews } from "./real_status.ts";
import { killAll } from "./real_process.ts";
import type { Outcome } from "./timeline.ts";

/** The kubelet's back-off: none at first, then ten seconds, doubled up to five minutes. */
const BACK_OFF = { first: 10_000, most: 300_000 } as const;

/** How a play with real processes ended, and how long it took. */
export interface RealEnd {
  readonly outcome: Outcome;
  readonly length: Duration;
}

/** A container and what has become of it. */
interface Played {
  readonly template: ContainerTemplate;
  run: ContainerRun | undefined;
  restarts: number;
  /** Of its last end. */
  code: number | undefined;
}

/**
 * Plays a pod with real processes: this is its kubelet. All of them have ended when it resolves.
 *
 * @param tell is called with each moment, in the order of time
 * @param from.interrupt ends the play by force
 * @param from.remove deletes the pod, beside `deleteAfter`
 */
export async function playReal(
  play: RealPlay,
  tell: (moment: Moment) => void,
  from: { readonly interrupt: AbortSignal; readonly remove?: AbortSignal },
): Promise<RealEnd> {
  const { interrupt } = from;
  const { pod } = play.workload;
  const began = performance.now();
  const past: Moment[] = [];
  const now = () => milliseconds(performance.now() - began);
  let isForced = false;
  const say = (happening: Happening) => {
    // How processes end that were killed since nobody watches any more is no part of the play.
    if (isForced) return;
    const moment: Moment = { ...happening, at: now() };
    past.push(moment);
    tell(moment);
  };
  let object = podObject(play.workload);
  await using api = play.supervisor === undefined
    ? undefined
    : await startRealApi(object, play.workload.namespace ?? "default");
  const publish = (next: Pod) => {
    if (next === object || isForced) return;
    object = next;
    api?.tell(object);
  };
  await using machine = await realEnvironment(play, api);
  const stage: Stage = {
    ...{ play, past, now, tell: say, env: machine.env },
    publish: (container, news) => publish(withNews(object, container, news, Date.now())),
  };
  const all: readonly Played[] = pod.containers.map((template) => ({
    template,
    run: undefined,
    restarts: 0,
    code: undefined,
  }));
  /** Aborted when the pod is to end: deleted, failed, over its limit, interrupted. */
  const ending = new AbortController();
  const over = new AbortController();
  let outcome: Outcome | undefined;
  const manifest = object;

  const isFinal = (name: string, code: number): boolean => {
    const container = findContainer(manifest, name);
    return ending.signal.aborted || container === undefined ||
      isFinalEnd(manifest, container, code);
  };

  let forcing: Promise<void> | undefined;
  const force = (what: string) => {
    if (isForced) return;
    outcome = { good: false, what };
    isForced = true;
    ending.abort();
    forcing = killAll(machine.mark);
  };

  /** Runs a container until the kubelet starts it no more. */
  const live = async (played: Played): Promise<number> => {
    const { template } = played;
    const { name } = template;
    for (;;) {
      if (ending.signal.aborted) return played.code ?? 1;
      played.run = startContainer(template, stage, () => stop(played));
      const code = await played.run.ended;
      played.run = undefined;
      played.code = code;
      if (isFinal(name, code)) return code;
      if (played.restarts > 0) {
        const wait = Math.min(BACK_OFF.first * 2 ** (played.restarts - 1), BACK_OFF.most);
        stage.publish(name, { kind: "backOff" });
        say({
          ...{ kind: "backOff", container: name, who: "kubelet" },
          text: `waits ${wait / 1_000} s before it starts ${name} again`,
        });
        await pause(wait, ending.signal);
      }
      played.restarts++;
    }
  };

  const stop = async (played: Played, deadline?: Promise<void>): Promise<void> => {
    const { run, template } = played;
    if (run === undefined) return;
    if (template.preStop !== undefined && template.preStop > 0) {
      await Promise.race([pause(template.preStop, over.signal), run.ended, deadline ?? never]);
    }
    run.signal(signalOf(template));
    const grace = deadline ?? pause(pod.terminationGracePeriod, over.signal);
    const isEnded = await Promise.race([run.ended.then(() => true), grace.then(() => false)]);
    if (isEnded || played.run !== run) return;
    run.signal("SIGKILL");
    await killAll(machine.markOf(template.name));
    await run.ended;
  };

  const remove = async () => {
    say({ kind: "pod", what: "pod deleted", until: undefined, text: "the pod is deleted" });
    outcome ??= { good: true, what: "" };
    publish(withDeletion(object, Date.now()));
    ending.abort();
    const deadline = pause(pod.terminationGracePeriod, over.signal);
    await Promise.all(
      all.filter(({ template }) => template.role !== "nativeSidecar").map((each) =>
        stop(each, deadline)
      ),
    );
    for (const each of sidecarsOf(all)) await stop(each, deadline);
  };

  const onInterrupt = () => force("interrupted: all processes were killed");
  interrupt.addEventListener("abort", onInterrupt, { once: true });
  if (interrupt.aborted) onInterrupt();
  const limit = setTimeout(() => force(notOver(all, play)), play.limit);
  let removing: Promise<void> | undefined;
  const beginRemoval = () => {
    if (!ending.signal.aborted) removing = remove();
  };
  from.remove?.addEventListener("abort", beginRemoval, { once: true });
  const deletion = play.deleteAfter === undefined
    ? undefined
    : setTimeout(beginRemoval, play.deleteAfter);
  try {
    const lives: Promise<number>[] = [];
    let hasFailed = false;
    for (const each of all) {
      const { template } = each;
      if (template.role === "main" || ending.signal.aborted) break;
      if (bringsKoordinator(template, play.workload)) {
        const text = "brings koordinator into the pod: this machine has it";
        say({ kind: "said", container: template.name, text });
        continue;
      }
      if (template.role === "init") {
        hasFailed = await live(each) !== 0;
        if (hasFailed) break;
      } else {
        lives.push(live(each));
        await Promise.race([each.run?.started, aborted(ending.signal)]);
      }
    }
    const mains = all.filter(({ template }) => template.role === "main");
    if (!hasFailed && !ending.signal.aborted) await Promise.all(mains.map(live));
    if (removing === undefined) {
      ending.abort();
      for (const each of sidecarsOf(all)) await stop(each);
    }
    await removing;
    await Promise.all(lives);
    return { outcome: conclude(outcome, all, hasFailed, play), length: now() };
  } finally {
    clearTimeout(limit);
    clearTimeout(deletion);
    interrupt.removeEventListener("abort", onInterrupt);
    from.remove?.removeEventListener("abort", beginRemoval);
    over.abort();
    await forcing;
    await killAll(machine.mark);
  }
}

const never = new Promise<never>(() => {});

function sidecarsOf(all: readonly Played[]): readonly Played[] {
  return all.filter(({ template }) => template.role === "nativeSidecar").toReversed();
}

function signalOf({ stopSignal }: ContainerTemplate): Deno.Signal {
  return STOP_SIGNALS.find((name) => name === stopSignal) ?? "SIGTERM";
}

/** What images and `lifecycle.stopSignal` ask for. */
const STOP_SIGNALS: readonly Deno.Signal[] = [
  ...["SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGKILL"] as const,
  "SIGWINCH",
];

function notOver(all: readonly Played[], { workload, limit }: RealPlay): string {
  const said = (list: readonly Played[], ofOne: string, ofMany: string) =>
    `${list.map(({ template }) => template.name).join(", ")} ${list.length === 1 ? ofOne : ofMany}`;
  const subject = workload.job === undefined ? "the pod" : "the Job";
  const ended = all.filter(({ run, code, template }) =>
    run === undefined && code !== undefined && template.role === "main"
  );
  const though = ended.length === 0 ? "" : `, though ${said(ended, "has ended", "have ended")}`;
  const running = said(all.filter(({ run }) => run !== undefined), "still runs", "still run");
  return `${subject} is not over after ${limit / 1_000} s: ${running}${though}`;
}

function conclude(
  outcome: Outcome | undefined,
  all: readonly Played[],
  hasFailed: boolean,
  { workload }: RealPlay,
): Outcome {
  if (outcome !== undefined && !outcome.good) return outcome;
  const failed = all.filter(({ template, code }) =>
    template.role !== "nativeSidecar" && code !== undefined && code !== 0
  ).map(({ template, code }) => `${template.name} ended with ${code}`);
  if (outcome !== undefined) {
    const why = failed.length === 0 ? "" : `: ${failed.join(", ")}`;
    return { good: true, what: `the pod is gone${why}` };
  }
  const good = failed.length === 0 && !hasFailed;
  const what = workload.job === undefined
    ? (good ? "the pod has succeeded" : "the pod has failed")
    : (good ? "Job complete" : "Job failed");
  return { good, what: good ? what : `${what}: ${failed.join(", ")}` };
}
