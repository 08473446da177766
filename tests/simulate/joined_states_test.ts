/** States that the search joins behave alike: what it comes to is what `step` comes to, played alone. */
import { assert, assertEquals } from "@std/assert";
import { createCanon } from "../../lib/simulate/canonical.ts";
import { createSteps, type OrderedSteps } from "../../lib/simulate/ordered_steps.ts";
import type { PodEvent } from "../../lib/simulate/pod_event.ts";
import type { PodState } from "../../lib/simulate/pod_state.ts";
import { createRandom } from "../../lib/simulate/seeded.ts";
import { fateOf } from "./lives.ts";
import { MAIN, pod, type PodIdea } from "./workloads.ts";

/** States that are gone through first, so that a way leads through those that were joined. */
const GONE_THROUGH = 1_500;
const WAYS = 60;
const OUTSIDE = { deletion: true, outages: true };
const LONGEST_WAY = 80;

/** Random pods under each restart policy; `deno task lives` takes more of them. */
const PODS = Number(Deno.env.get("JOINED_PODS") ?? 6);

function isSame(one: PodEvent, other: PodEvent): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function goThrough(steps: OrderedSteps): void {
  const known = new Set([steps.key(steps.initial)]);
  const states: PodState[] = [steps.initial];
  for (const state of states) {
    if (states.length >= GONE_THROUGH) break;
    for (const { after } of steps.from(state, OUTSIDE)) {
      const key = steps.key(after);
      if (!known.has(key)) states.push(after);
      known.add(key);
    }
  }
}

/** What `step` alone makes of an event that the search says is next. */
function playAlone({ model }: OrderedSteps, state: PodState, event: PodEvent): PodState {
  if (event.kind === "podDeleted" || event.kind === "apiFails" || event.kind === "apiAnswers") {
    return model.step(state, event).state;
  }
  const possible = model.possible(state).find((one) => isSame(one.event, event));
  assert(possible !== undefined, `${JSON.stringify(event)} is not possible`);
  const { due } = possible;
  const clock = state.deletion === undefined || due === undefined
    ? state.clock
    : Math.max(state.clock, due);
  return model.step({ ...state, clock }, event).state;
}

/** Plays random ways of the search once more, without it. */
function playWays(idea: PodIdea): void {
  const played = pod(idea);
  const steps = createSteps(played);
  goThrough(steps);
  const { essence } = createCanon(played, []);
  const essences = ({ containers }: PodState) =>
    containers.map((container, index) => essence(index, container));
  const random = createRandom(1);
  for (let way = 0; way < WAYS; way++) {
    let [joined, alone] = [steps.initial, steps.initial];
    const events: PodEvent[] = [];
    while (events.length < LONGEST_WAY) {
      const next = steps.from(joined, OUTSIDE);
      const one = next[Math.floor(random() * next.length)];
      if (one === undefined) break;
      events.push(one.event);
      const story = () =>
        `${JSON.stringify(idea)}\n${events.map((e) => JSON.stringify(e)).join("\n")}`;
      try {
        alone = playAlone(steps, alone, one.event);
        joined = one.after;
        assertEquals(essences(alone), essences(joined));
      } catch (error) {
        throw new Error(story(), { cause: error });
      }
    }
  }
}

for (const restartPolicy of ["Always", "OnFailure", "Never"] as const) {
  Deno.test(`joined states behave alike under ${restartPolicy}: a proxy that serves a main`, () => {
    for (const stateDirectory of [true, false]) {
      playWays({
        restartPolicy,
        stateDirectory,
        containers: [{ name: "proxy", spec: { stopDeps: ["main"] }, probe: true }, MAIN],
      });
    }
  });

  Deno.test(`joined states behave alike under ${restartPolicy}: ${PODS} random pods`, () => {
    for (let seed = 0; seed < PODS; seed++) {
      playWays({ ...fateOf(seed).idea, restartPolicy });
    }
  });
}
