import { aborted } from "./aborted.ts";
import { findContainer } from "../pod/container.ts";
import { isFinalEnd, restartsAll } from "../pod/restart_policy.ts";
import type { Pod } from "../pod/pod.ts";
import { type Duration, milliseconds } from "../spec/duration.ts";
import type { Moment } from "./moment.ts";
import { type Happening, type Stage, startContainer } from "./real_container.ts";
import { conclude, notOver, type Played } from "./real_outcome.ts";
import { bringsKoordinator, type RealPlay } from "./real_play.ts";
import { pause } from "../clock.ts";
import { startRealApi } from "./real_api.ts";
import { realEnvironment } from "./real_environment.ts";
import { podObject, untilNextSecond, withDeletion, withNews, withRestart } from "./real_status.ts";
import { killAll, stopSignalOf } from "./real_process.ts";
import type { Outcome } from "./timeline.ts";

/** The kubelet's back-off: none at first, then ten seconds, doubled up to five minutes. */
const BACK_OFF = { first: 10_000, most: 300_000 } as const;

/** How a play with real processes ended, and how long it took. */
export interface RealEnd {
  readonly outcome: Outcome;
  readonly length: Duration;
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

  /** Runs a container until the kubelet starts it no more, or until all are to be started anew. */
  const live = async (played: Played, round: Round): Promise<number> => {
    const { template } = played;
    const { name } = template;
    for (;;) {
      if (played.code !== undefined) await backOff(played, round);
      if (round.over.aborted) return played.code ?? 1;
      played.run = startContainer(template, stage, () => stop(played));
      const code = await played.run.ended;
      played.run = undefined;
      played.code = code;
      if (round.over.aborted) return code;
      if (restartsAll(template, code)) {
        round.startAnew();
        return code;
      }
      if (isFinal(name, code)) return code;
    }
  };

  const backOff = async (played: Played, round: Round): Promise<void> => {
    const { template: { name } } = played;
    if (played.restarts > 0) {
      const wait = Math.min(BACK_OFF.first * 2 ** (played.restarts - 1), BACK_OFF.most);
      stage.publish(name, { kind: "backOff" });
      say({
        ...{ kind: "backOff", container: name, who: "kubelet" },
        text: `waits ${wait / 1_000} s before it starts ${name} again`,
      });
      await pause(wait, round.over);
    }
    played.restarts++;
  };

  /** Ends all containers by force, in no order (KEP-5532). */
  const endAll = async (): Promise<void> => {
    publish(withRestart(object, true, Date.now()));
    say({ kind: "told", who: "kubelet", text: "ends all containers, to start them anew" });
    await Promise.all(all.map(async ({ run, template: { name } }) => {
      if (run === undefined) return;
      run.signal("SIGKILL", `kills ${name}: all containers are to run again`);
      await killAll(machine.markOf(name));
      await run.ended;
    }));
  };

  const stop = async (played: Played, deadline?: Promise<void>): Promise<void> => {
    const { run, template } = played;
    if (run === undefined) return;
    if (template.preStop !== undefined && template.preStop > 0) {
      await Promise.race([pause(template.preStop, over.signal), run.ended, deadline ?? never]);
    }
    run.signal(stopSignalOf(template));
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

  /**
   * Starts all containers in their order, and stops the sidecars when the others have ended for good.
   *
   * @returns whether an init container has failed; undefined if all are to be started anew
   */
  const playRound = async (): Promise<boolean | undefined> => {
    const again = new AbortController();
    let endingAll: Promise<void> | undefined;
    const round: Round = {
      over: AbortSignal.any([ending.signal, again.signal]),
      startAnew: () => {
        again.abort();
        endingAll = endAll();
      },
    };
    const lives: Promise<number>[] = [];
    let hasFailed = false;
    for (const each of all) {
      const { template } = each;
      if (template.role === "main" || round.over.aborted) break;
      if (bringsKoordinator(template, play.workload)) {
        await machine.empty(template);
        const text = "brings koordinator into the pod: this machine has it";
        say({ kind: "said", container: template.name, text });
        continue;
      }
      if (template.role === "init") {
        hasFailed = await live(each, round) !== 0;
        if (hasFailed) break;
      } else {
        lives.push(live(each, round));
        await Promise.race([each.run?.started, aborted(round.over)]);
      }
    }
    if (!hasFailed && !round.over.aborted) {
      const mains = all.filter(({ template }) => template.role === "main");
      await Promise.all(mains.map((each) => live(each, round)));
    }
    if (removing === undefined && !again.signal.aborted) {
      ending.abort();
      for (const each of sidecarsOf(all)) await stop(each);
    }
    await endingAll;
    await removing;
    await Promise.all(lives);
    if (ending.signal.aborted) return hasFailed;
    await pause(untilNextSecond(Date.now()), ending.signal);
    if (ending.signal.aborted) {
      await removing;
      return hasFailed;
    }
    publish(withRestart(object, false, Date.now()));
    say({
      ...{ kind: "told", who: "kubelet" },
      text: "all have ended: starts them anew, init containers first",
    });
    return undefined;
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
    let hasFailed: boolean | undefined;
    while (hasFailed === undefined) hasFailed = await playRound();
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

/** From the start of the first container to the end of the last, or until all are to be started anew. */
interface Round {
  readonly over: AbortSignal;
  readonly startAnew: () => void;
}

const never = new Promise<never>(() => {});

function sidecarsOf(all: readonly Played[]): readonly Played[] {
  return all.filter(({ template }) => template.role === "nativeSidecar").toReversed();
}
