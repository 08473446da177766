import { answerOfJob, jobBackoff } from "./job.ts";
import { play, type Played, type PlayOptions } from "./play.ts";
import type { PlayedPod } from "./played_pod.ts";

/** A pod of a Job. */
export interface Attempt {
  /** When the Job made it, in milliseconds since it made the first one. */
  readonly at: number;
  readonly played: Played;
}

/** A Job from its first pod to its end. */
export interface PlayedJob {
  readonly attempts: readonly Attempt[];
  readonly result: "complete" | "failed" | "goes on";
}

/**
 * Plays a Job: after a pod that has failed it makes a new one, as its backoffLimit and its
 * podFailurePolicy say. What is planned happens to the first pod.
 */
export function playJob(pod: PlayedPod, options: PlayOptions): PlayedJob {
  const attempts: Attempt[] = [];
  let failures = 0;
  for (let at = 0;;) {
    const planned = attempts.length === 0 ? options.planned : [];
    const seed = options.seed + attempts.length;
    const played = play(pod, { ...options, seed, planned, until: options.until - at });
    attempts.push({ at, played });
    const last = played.happenings.at(-1);
    if (played.because !== "over" || last === undefined) return { attempts, result: "goes on" };
    const answer = answerOfJob(pod, played.phase, last.state, failures);
    if (answer === "complete") return { attempts, result: "complete" };
    if (answer === "fail") return { attempts, result: "failed" };
    if (answer === "retry") failures++;
    at += last.at + jobBackoff(failures);
  }
}
