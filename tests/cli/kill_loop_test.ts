// SIGKILL of any supervisor or command at any moment, in pods without an API server: what is left of the
// pod comes to its end, and nobody is stopped before those it serves.
import { assert, assertEquals } from "@std/assert";
import { createRandom } from "../soak/random.ts";
import { killAllWith, killIfThere, processesWith } from "../support/container_processes.ts";
import { IDLE } from "../support/idle_shell.ts";
import { startKoordinator } from "../support/koordinator.ts";

const KILLS = Number(Deno.env.get("KOORDINATOR_KILLS") ?? 20);
const SEED = Number(Deno.env.get("KOORDINATOR_KILLS_SEED") ?? 4711);

/** Pods that are played at once. */
const AT_ONCE = 4;

/** How long after the pod's start somebody is killed, at most, in milliseconds. */
const LATEST = 400;

/** A pod that has not come to its end by then never will, in milliseconds. */
const PATIENCE = 90_000;

/**
 * Says so if its main lives when it is told to stop. What a killed main leaves behind has a moment to end,
 * as it does with a container's first process, and may stay a zombie.
 */
const SIDECAR =
  `trap 'sleep 0.5; grep -qs "^State:.[RSDT]" /proc/$(cat $MAIN)/status && echo stopped early; exit 0' TERM
  ${IDLE}`;
const MAIN = "echo $$ >$MAIN; sleep $LASTS; rm $MAIN; exit 0";

const CONTAINERS = [
  { name: "proxy", script: SIDECAR, spec: { stopDeps: ["main"] } },
  {
    name: "main",
    script: MAIN,
    spec: { startDeps: [{ container: "proxy", until: "started" }] },
  },
  { name: "shipper", script: SIDECAR, spec: { stopDeps: ["main"] } },
  {
    name: "after",
    script: "exit 0",
    spec: { startDeps: [{ container: "main", until: "terminated" }] },
  },
];

const POLICIES = ["Never", "OnFailure"] as const;
const VICTIMS = ["supervisor", "command"] as const;

Deno.test(`${KILLS} pods by seed ${SEED} come to their end, whoever was killed at whatever moment`, async () => {
  const random = createRandom(SEED);
  const plans = Array.from({ length: KILLS }, (_, number) => ({
    number,
    policy: random.pick(POLICIES),
    container: random.pick(CONTAINERS).name,
    victim: random.pick(VICTIMS),
    after: random.below(LATEST),
    lasts: random.pick(["0", "0.1", "0.3", "1.5"]),
  }));
  const queue = [...plans];
  await Promise.all(Array.from({ length: AT_ONCE }, async () => {
    for (let plan; (plan = queue.shift()) !== undefined;) await play(plan);
  }));
});

interface Plan {
  readonly number: number;
  readonly policy: typeof POLICIES[number];
  readonly container: string;
  readonly victim: typeof VICTIMS[number];
  /** When, after the pod's start, in milliseconds. */
  readonly after: number;
  /** How long the main works, in seconds. */
  readonly lasts: string;
}

async function play(plan: Plan): Promise<void> {
  const folder = await Deno.makeTempDir();
  let log = "";
  let over = false;
  const running = new Map<string, ReturnType<typeof startKoordinator>>();
  const pod = { KOORDINATOR_STATE_DIR: `${folder}/state` };
  const env = {
    ...pod,
    KOORDINATOR_API: "never",
    // Under OnFailure nobody tells the policy: what follows an end tells.
    ...(plan.policy === "Never" ? { KOORDINATOR_RESTART_POLICY: "Never" } : {}),
    MAIN: `${folder}/main`,
    LASTS: plan.lasts,
  };

  /** Runs a container as the kubelet does; resolves with its last exit code. */
  const run = async (name: string, script: string, spec: unknown): Promise<number> => {
    for (;;) {
      const container = startKoordinator(["sh", "-c", script], {
        ...env,
        KOORDINATOR_CONTAINER_NAME: name,
        KOORDINATOR_SPEC: JSON.stringify(spec),
      });
      running.set(name, container);
      // Its pipes are closed when its last process is gone.
      const { code } = await container.status;
      const { stdout, stderr } = container.output();
      log += `${name}: ${code}\n${stdout}${stderr}`;
      if (code === 0 || plan.policy === "Never" || over) return code;
    }
  };
  const kill = async () => {
    await new Promise((resolve) => setTimeout(resolve, plan.after));
    const supervisor = running.get(plan.container);
    if (supervisor === undefined) return;
    const all = { ...pod, KOORDINATOR_CONTAINER_NAME: plan.container };
    const command = processesWith(all).find((pid) => pid !== supervisor.pid);
    if (plan.victim === "command" && command !== undefined) return killIfThere(command);
    // As a container's first process takes all others along.
    killIfThere(supervisor.pid);
    await killAllWith(all);
  };

  const why = () =>
    `${JSON.stringify(plan)}\n${log}\n${
      [...running].map(([name, each]) => `${name} now: ${each.output().stderr}`).join("\n")
    }`;
  const ends = Promise.all(CONTAINERS.map(({ name, script, spec }) => run(name, script, spec)));
  await kill();
  // Who was killed before its first word is seen by nobody but the API server, unless it runs again.
  const report = await Deno.readTextFile(`${folder}/state/${plan.container}.json`).catch(() => "");
  const said = report !== "";
  // Who was killed between its last word and its exit has ended for its siblings, and may run again.
  const wasOver = () =>
    report.includes('"phase":"ended"') && log.includes(`${plan.container}: 137`);
  let deadline: number | undefined;
  const late = new Promise<undefined>((resolve) => deadline = setTimeout(resolve, PATIENCE));
  const silent = !said && plan.policy === "Never";
  const codes = silent ? undefined : await Promise.race([ends, late]);
  clearTimeout(deadline);
  const outcome = why();
  if (codes === undefined) {
    over = true;
    await killAllWith(pod);
    await ends;
    assert(silent, outcome);
  } else {
    if (!wasOver()) assertEquals(/stopped early/.exec(log)?.[0], undefined, outcome);
    if (plan.policy === "OnFailure") assertEquals(codes, CONTAINERS.map(() => 0), outcome);
  }
  await Deno.remove(folder, { recursive: true });
}
