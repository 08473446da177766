import { createDirectClient } from "../http/direct_client.ts";
import { fetchLoopback } from "../http/loopback.ts";
import type { Check, CheckResult, Readiness } from "../spec/spec.ts";
import { connect } from "./connect.ts";
import { whyShut } from "./shut.ts";

/** What one check may take, in milliseconds. */
const CHECK_TIMEOUT = 1_000;

/** The shortest interval between two checks, in milliseconds: it opens faster than a kubelet's probe. */
const SHORTEST_INTERVAL = 100;

/** The longest interval between two checks, in milliseconds: a kubelet's shortest period. */
const LONGEST_INTERVAL = 1_000;

/** Of the time that was waited already, so much is waited until the next check. */
const PART_OF_WAIT = 1 / 50;

/** How much of an answer is looked at to tell what kind of server gave it, in bytes. */
const MOST_OF_AN_ANSWER = 512;

/** The first bytes of a TLS record: an alert or a handshake of any version (RFC 8446, 5.1). */
const TLS = [0x15, 0x16] as const;

const OPEN: CheckResult = { open: true };

/** Checks once. An HTTP answer counts from 200 to 399, as for the kubelet. Never throws. */
export async function check(asked: Check, signal: AbortSignal): Promise<CheckResult> {
  const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT)]);
  try {
    return await look(asked, bounded);
  } catch (error) {
    return shut(bounded.aborted ? "no answer within a second" : whyShut(error));
  }
}

function shut(why: string): CheckResult {
  return { open: false, why };
}

async function look(asked: Check, signal: AbortSignal): Promise<CheckResult> {
  switch (asked.kind) {
    case "file":
      return await lookForFile(asked.path);
    case "unix": {
      const connection = await Deno.connect({ transport: "unix", path: asked.path });
      connection.close();
      return OPEN;
    }
    case "tcp": {
      const connection = await connect(asked.host, asked.port, signal);
      connection.close();
      return OPEN;
    }
    case "http":
      return await request(asked.port, asked.path, signal);
  }
}

async function lookForFile(path: string): Promise<CheckResult> {
  const { isSymlink } = await Deno.lstat(path);
  if (!isSymlink) return OPEN;
  try {
    await Deno.stat(path);
    return OPEN;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return shut("it is a link to something that is not there");
  }
}

async function request(port: number, path: string, signal: AbortSignal): Promise<CheckResult> {
  using client = createDirectClient([]);
  let response: Response;
  try {
    response = await fetchLoopback(port, path, { client, redirect: "manual", signal });
  } catch (error) {
    const isOther = error instanceof Error && /invalid HTTP/.test(error.message);
    if (!isOther) throw error;
    return shut(
      await speaksTls(port, signal)
        ? "the server speaks TLS, and the gate plain HTTP"
        : "the answer is not HTTP",
    );
  }
  const { status, statusText } = response;
  const isTls = status === 400 && await saysTls(response);
  await response.body?.cancel();
  if (status >= 200 && status < 400) return OPEN;
  const answer = /^[A-Za-z' -]{1,40}$/.test(statusText) ? `${status} ${statusText}` : `${status}`;
  return shut(isTls ? `HTTP ${answer}: the server speaks TLS` : `HTTP ${answer}`);
}

/** Whether the server answers an HTTP request with a TLS record. */
async function speaksTls(port: number, signal: AbortSignal): Promise<boolean> {
  using connection = await connect("localhost", port, signal);
  await connection.write(new TextEncoder().encode("GET / HTTP/1.0\r\n\r\n"));
  const answer = new Uint8Array(2);
  const close = () => connection.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await connection.read(answer);
  } finally {
    signal.removeEventListener("abort", close);
  }
  return TLS.some((kind) => kind === answer[0]) && answer[1] === 3;
}

/** What Go, nginx and Apache answer to plain HTTP on their TLS port. */
async function saysTls(response: Response): Promise<boolean> {
  const reader = response.body?.getReader();
  const { value } = await reader?.read() ?? {};
  reader?.releaseLock();
  return /HTTPS server|HTTPS port|SSL-enabled/i.test(
    new TextDecoder().decode(value?.subarray(0, MOST_OF_AN_ANSWER)),
  );
}

/**
 * Checks again and again, less often the longer it takes, and tells the first result and each change,
 * of what keeps it shut as well. Stops when `signal` aborts.
 */
export function follow(
  asked: Check,
  tell: (result: CheckResult) => void,
  signal: AbortSignal,
): Promise<void> {
  return repeat((signal) => check(asked, signal), tell, signal);
}

/** Checks a command's readiness in the same way. An exec check may take as long as the others. */
export function followReadiness(
  asked: Readiness,
  succeeds: (command: readonly string[], signal: AbortSignal) => Promise<boolean>,
  tell: (result: CheckResult) => void,
  signal: AbortSignal,
): Promise<void> {
  if (asked.kind !== "exec") return follow(asked, tell, signal);
  const { command } = asked;
  const once = async (signal: AbortSignal) => {
    const bounded = AbortSignal.any([signal, AbortSignal.timeout(CHECK_TIMEOUT)]);
    return await succeeds(command, bounded) ? OPEN : shut(`${command[0]} does not succeed`);
  };
  return repeat(once, tell, signal);
}

async function repeat(
  once: (signal: AbortSignal) => Promise<CheckResult>,
  tell: (result: CheckResult) => void,
  signal: AbortSignal,
): Promise<void> {
  let known: string | undefined;
  const began = performance.now();
  while (!signal.aborted) {
    const result = await once(signal);
    if (signal.aborted) return;
    const told = result.open ? "" : result.why;
    if (told !== known) tell(result);
    known = told;
    const pause = Promise.withResolvers<void>();
    const waited = (performance.now() - began) * PART_OF_WAIT;
    const interval = Math.min(LONGEST_INTERVAL, Math.max(SHORTEST_INTERVAL, waited));
    const timer = setTimeout(pause.resolve, interval);
    const wake = () => pause.resolve();
    signal.addEventListener("abort", wake, { once: true });
    await pause.promise;
    signal.removeEventListener("abort", wake);
    clearTimeout(timer);
  }
}
