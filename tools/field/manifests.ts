import type { Place } from "./place.ts";

/** What is not as a manifest's first line expects; or why it is not played. */
export type Play = ((place: Place) => Promise<readonly string[]>) | string;

/** What is to be, and else the sentence about it. */
function faults(expected: Readonly<Record<string, boolean>>): readonly string[] {
  return Object.entries(expected).filter(([, holds]) => !holds).map(([what]) => `not so: ${what}`);
}

async function completes(place: Place): Promise<readonly string[]> {
  await place.kubectl("wait", "--for=condition=Complete", "job", "--all", "--timeout=240s");
  return [];
}

/** Every job completes, and then the log of a container says so. */
function completesSaying(container: string, pattern: RegExp): Play {
  return async (place) => {
    await completes(place);
    const log = await place.log(await place.podName(), container);
    return pattern.test(log) ? [] : [`${container} does not say ${pattern}: ${log.slice(-500)}`];
  };
}

/** A pod that is deleted while it is ready: what a container's log says to its end. */
function deleted(
  container: string,
  judge: (log: string) => readonly string[],
  ...options: readonly string[]
): Play {
  return async (place) => {
    const pod = await place.ready();
    const log = place.follow(pod, container);
    await place.kubectl("delete", "pod", pod, "--timeout=120s", ...options);
    return judge(await log);
  };
}

function says(pattern: RegExp): (log: string) => readonly string[] {
  return (log) => pattern.test(log) ? [] : [`it does not say ${pattern}: ${log.slice(-500)}`];
}

function endsWith(container: string, ...codes: readonly number[]): Play {
  return async (place) => {
    const { exitCode } = await place.endOf(container);
    return codes.includes(exitCode) ? [] : [`${container} ended with ${exitCode}`];
  };
}

const count = (text: string, part: string) => text.split(part).length - 1;

const GATED = "it needs a feature gate that clusters leave off";

/** How each manifest is played, by its name. */
export const MANIFESTS: Readonly<Record<string, Play>> = {
  "10-stopsignal-order.yaml": deleted("app", (log) =>
    faults({
      "six times the web server still serves": count(log, "web still serves") === 6,
      "it is never gone": !log.includes("web is gone"),
    })),
  "11-stopsignal-held.yaml": async (place) => {
    const pod = await place.podName();
    await place.until(
      "the container is held",
      async () =>
        (await place.pods())[0]?.status.containerStatuses
          .some(({ state }) => state?.running !== undefined) || undefined,
    );
    await place.kubectl("delete", "pod", pod, "--timeout=20s");
    return [];
  },
  "13-prestop-eats-grace.yaml": deleted("sidecar", says(/sidecar.flushed/)),
  "14-prestop-main.yaml": deleted("main", (log) =>
    faults({
      "the sidecar serves to the end": count(log, "up") >= 10,
      "it is never down": !log.includes("DOWN"),
    })),
  "20-ld-preload-glibc.yaml": completes,
  "23-executable-by-subpath.yaml": completes,
  "24-share-process-namespace.yaml": completes,
  "25-share-pid-order.yaml": deleted("shipper", says(/last line/)),
  "26-users-differ.yaml": completesSaying("side", /side-TERM/),
  "27-emptydir-size-limit.yaml": "it asks for a page of the docs: how-to/deliver.md tells the size",
  "29-tiny-limits.yaml": completesSaying("main", /main ran/),
  "31-init-waits-for-main.yaml": endsWith("migrate", 121),
  "33-shared-spec-self.yaml": endsWith("main", 121, 125),
  "35-postgres-entrypoint.yaml": completesSaying("db", /database system is shut down/),
  "36-pod-failure-policy.yaml": async (place) => {
    await place.kubectl("wait", "--for=condition=Failed", "job", "--all", "--timeout=180s");
    return says(/PodFailurePolicy/)(await place.kubectl("get", "jobs", "-o", "yaml"));
  },
  "37-indexed-job-long-name.yaml": completes,
  // The state directory knows siblings without a token by now: nothing fails for its lack any more.
  "39-no-token.yaml": async (place) => {
    const { exitCode } = await place.endOf("gated");
    const log = await place.log(await place.podName(), "gated");
    await place.endOf("needs-api");
    return faults({ "the gate by a file passes": exitCode === 0 && log.includes("gate passed") });
  },
  "41-liveness-while-held.yaml": async (place) => {
    const app = await place.until("app runs after two restarts", async () => {
      const [pod] = await place.pods();
      const found = pod?.status.containerStatuses.find(({ name }) => name === "app");
      return found !== undefined && found.restartCount >= 2 ? found : undefined;
    });
    const pod = await place.podName();
    const log = await place.kubectl("logs", pod, "-c", "app", "--previous");
    return faults({
      "it was held, and ended with 143": app.lastState?.terminated?.exitCode === 143,
      "the log gives a hint": log.includes("liveness probe"),
    });
  },
  "42-stateful-set.yaml": async (place) => {
    await place.kubectl("rollout", "status", "statefulset", "--timeout=180s");
    await place.kubectl("delete", "pod", await place.podName(), "--timeout=120s");
    await place.kubectl("rollout", "status", "statefulset", "--timeout=180s");
    return [];
  },
  "50-self-stop-dependency.yaml": endsWith("main", 121, 125),
  "51-self-start-dependency.yaml": endsWith("main", 121),
  "52-termination-message-path-order.yaml": deleted("shipper", says(/last line/)),
  "53-grace-override.yaml": deleted("side", says(/side-flushed/), "--grace-period=8"),
  "56-args-only-entrypoint.yaml": completesSaying("main", /43/),
  "57-fallback-to-logs.yaml": async (place) => {
    const [app, held] = [await place.endOf("app"), await place.endOf("held")];
    return faults({
      "the command's own words are the message": app.message.includes("app says why"),
      "what was held tells why": held.exitCode === 124 && held.message.includes("start timeout"),
    });
  },
  "58-suspended-job.yaml": async (place) => {
    const pod = await place.ready();
    const log = place.follow(pod, "side");
    const suspend = (on: boolean) =>
      place.kubectl(
        "patch",
        "job",
        "suspended-mid",
        "-p",
        JSON.stringify({ spec: { suspend: on } }),
      );
    await suspend(true);
    const said = await log;
    await place.kubectl("wait", "--for=delete", `pod/${pod}`, "--timeout=120s");
    await suspend(false);
    return [...says(/side-TERM/)(said), ...await completes(place)];
  },
  "59-cronjob-forbid-ttl.yaml": async (place) => {
    await place.until(
      "a run",
      async () => (await place.kubectl("get", "jobs", "-o", "name")).trim() || undefined,
    );
    return await completes(place);
  },
  "60-chain-of-20.yaml": completes,
  "63-read-only-mount.yaml": completes,
  "64-restart-rules.yaml": GATED,
  "65-localhost-is-ipv6.yaml": completes,
  "67-wrapped-twice.yaml": completesSaying("main", /main-ends/),
  "68-deadline-on-pod-bare-main.yaml": "order is lost there, and the docs say so",
  "69-deadline-on-pod-wrapped-main.yaml": async (place) => {
    const pod = await place.ready();
    const log = await place.follow(pod, "main");
    return faults({
      "the side serves after the end was told": /got-TERM[\s\S]*up/.test(log),
      "it is never down": !log.includes("DOWN"),
    });
  },
  "70-debug-container.yaml": async (place) => {
    const pod = await place.ready();
    const debug = ["--image=app:1", "--image-pull-policy=Never", "--target=main", "-c", "dbg"];
    await place.kubectl("debug", pod, ...debug, "--", "sleep", "5");
    return await completes(place);
  },
  "72-lifecycle-stop-signal.yaml": GATED,
  "74-probe-with-little-cpu.yaml": completes,
  "75-xcom-kill-int.yaml": async (place) => {
    const pod = await place.ready();
    await place.endOf("main");
    await place.kubectl("exec", pod, "-c", "side", "--", "sh", "-c", "kill -s INT 1");
    const { exitCode } = await place.endOf("side");
    return exitCode === 0 ? [] : [`side ended with ${exitCode}`];
  },
  "77-main-cannot-start.yaml": async (place) => {
    await place.kubectl("wait", "--for=condition=Failed", "job", "--all", "--timeout=180s");
    await place.endOf("side");
    return [];
  },
  "78-shared-host-path.yaml": completes,
  "82-bare-main-deleted.yaml": async (place) => {
    const pod = await place.ready();
    const log = place.follow(pod, "side");
    await place.kubectl("delete", "pod", pod, "--timeout=20s");
    return says(/side-got-TERM/)(await log);
  },
};
