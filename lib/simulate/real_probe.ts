import { pause } from "../clock.ts";
import type { Probe } from "../manifest/workload.ts";
import { check } from "../probe/check.ts";
import { portOf, type RealPlay } from "./real_play.ts";
import { MARK } from "./real_process.ts";

/** What a probe has come to. */
export type Verdict = "succeeded" | "failed";

/**
 * Asks by a probe, as the kubelet does, and tells each verdict that differs from the last one: it
 * takes `successThreshold` answers in a row, or `failureThreshold`. Ends when `signal` aborts.
 */
export async function followProbe(
  play: RealPlay,
  probe: Probe,
  env: Readonly<Record<string, string>>,
  tell: (verdict: Verdict) => void,
  signal: AbortSignal,
): Promise<void> {
  let known: Verdict | undefined;
  let row = { verdict: "failed" as Verdict, count: 0 };
  await pause(probe.initialDelay, signal);
  while (!signal.aborted) {
    const verdict = await asked(play, probe, env, signal) ? "succeeded" : "failed";
    if (signal.aborted) return;
    row = { verdict, count: row.verdict === verdict ? row.count + 1 : 1 };
    const enough = verdict === "succeeded" ? probe.successThreshold : probe.failureThreshold;
    if (row.count >= enough && verdict !== known) {
      known = verdict;
      tell(verdict);
    }
    await pause(probe.period, signal);
  }
}

async function asked(
  play: RealPlay,
  { action, timeout }: Probe,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(timeout)]);
  switch (action.kind) {
    case "exec":
      return await succeeds(action.command, env, bounded);
    case "http": {
      const port = portOf(play, action.port) ?? 0;
      return (await check({ kind: "http", port, path: action.path }, bounded)).open;
    }
    case "tcp": {
      const port = portOf(play, action.port) ?? 0;
      return (await check({ kind: "tcp", host: "127.0.0.1", port }, bounded)).open;
    }
    case "grpc":
      return false;
  }
}

async function succeeds(
  command: readonly string[],
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<boolean> {
  const [program = "", ...args] = command;
  try {
    const { success } = await new Deno.Command(program, {
      args,
      // With the mark that all processes of the container have: none is left behind.
      env: { ...env, [MARK]: env[MARK] ?? "" },
      clearEnv: true,
      stdin: "null",
      stdout: "null",
      stderr: "null",
      signal,
    }).output();
    return success;
  } catch {
    return false;
  }
}
