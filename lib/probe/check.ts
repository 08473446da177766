import type { StartDependency } from "../spec/spec.ts";
import { createDirectClient } from "../direct_client.ts";

/** A start dependency that needs no API server. */
export type LocalDependency = Exclude<StartDependency, { kind: "container" }>;

/** What one check may take, in milliseconds. */
const CHECK_TIMEOUT = 1_000;

/** The first interval between two checks, in milliseconds: a gate opens faster than a kubelet's probe. */
const FIRST_INTERVAL = 100;

/** The longest interval between two checks, in milliseconds: a kubelet's shortest period. */
const LAST_INTERVAL = 1_000;

/** Checks once. An HTTP answer counts from 200 to 399, as for the kubelet. Never throws. */
export async function check(dependency: LocalDependency, signal: AbortSignal): Promise<boolean> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT)]);
  try {
    switch (dependency.kind) {
      case "file":
        await Deno.stat(dependency.path);
        return true;
      case "tcp": {
        const { host: hostname, port } = dependency;
        const connection = await Deno.connect({ hostname, port, signal: bounded });
        connection.close();
        return true;
      }
      case "http": {
        using client = createDirectClient([]);
        const url = `http://127.0.0.1:${dependency.port}${dependency.path}`;
        const response = await fetch(url, {
          client,
          redirect: "manual",
          signal: bounded,
        });
        await response.body?.cancel();
        return response.status >= 200 && response.status < 400;
      }
    }
  } catch {
    return false;
  }
}

/** Checks again and again, less often with time, and tells each change. Stops when `signal` aborts. */
export async function follow(
  dependency: LocalDependency,
  tell: (open: boolean) => void,
  signal: AbortSignal,
): Promise<void> {
  let known = false;
  let interval = FIRST_INTERVAL;
  while (!signal.aborted) {
    const open = await check(dependency, signal);
    if (signal.aborted) return;
    if (open !== known) tell(known = open);
    const pause = Promise.withResolvers<void>();
    const timer = setTimeout(pause.resolve, interval);
    const wake = () => pause.resolve();
    signal.addEventListener("abort", wake, { once: true });
    await pause.promise;
    signal.removeEventListener("abort", wake);
    clearTimeout(timer);
    interval = Math.min(LAST_INTERVAL, interval * 1.2);
  }
}
