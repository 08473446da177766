// One test for each call into the C library and the kernel, by what the kernel then shows of it.
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { cString, cStrings, Errno, errnoOf, syscall } from "../../lib/linux/libc.ts";
import { environment } from "../../lib/linux/environment.ts";
import { statusByPath } from "../../lib/linux/file_calls.ts";
import {
  collectChild,
  execve,
  foregroundGroup,
  isSubreaper,
  kill,
  ownGroup,
  ownSession,
  setForegroundGroup,
  setSubreaper,
} from "../../lib/linux/process_calls.ts";
import {
  blockSignals,
  ignoreSignal,
  pendingSignals,
  resetSignal,
  setSignalAction,
  setSignalMask,
  signalAction,
  takeSignal,
  unblockSignals,
} from "../../lib/linux/signal_calls.ts";
import { bit } from "../../lib/linux/signal_set.ts";
import { spawn } from "../../lib/linux/spawn.ts";
import { SIGNALS } from "../../lib/spec/signal.ts";

// Opened here, since they stay open: no test is to be blamed for it.
pendingSignals();
environment();
errnoOf(() => {});
const plain = { mask: 0n, defaults: 0n, foreground: false, silent: false };
assertEquals(spawn("/no/such/program", ["x"], plain).error, Errno.ENOENT);

/** A field of this thread's status (proc_pid_status(5)). */
function field(name: string): string {
  const status = Deno.readTextFileSync("/proc/thread-self/status");
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
}

function set(name: string): bigint {
  return BigInt(`0x${field(name)}`);
}

/** proc_pid_stat(5) from its third field on. */
function stat(pid: number): readonly string[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

const usr1 = 1n << BigInt(SIGNALS.SIGUSR1 - 1);
const usr2 = 1n << BigInt(SIGNALS.SIGUSR2 - 1);

Deno.test("getpgid and getsid tell this process's group and session", () => {
  const [, , group, session] = stat(Deno.pid);
  assertEquals(String(ownGroup()), group);
  assertEquals(String(ownSession()), session);
});

Deno.test("a file that is no terminal has no foreground group and takes none", () => {
  using file = Deno.openSync("/dev/null");
  assert(file.isTerminal() === false);
  assertEquals(foregroundGroup(1_000), undefined);
  assertEquals(setForegroundGroup(1_000, ownGroup()), false);
});

Deno.test("newfstatat follows links and tells what is there", () => {
  assertEquals(statusByPath(cString("/proc/self/cwd"))?.kind, "folder");
  assertEquals(statusByPath(cString("/proc/self/exe"))?.kind, "file");
  assertEquals(statusByPath(cString("/no/such/file")), undefined);
});

Deno.test("rt_sigprocmask blocks signals in this thread and unblocks them", () => {
  setSignalMask(usr1);
  assertEquals(set("SigBlk"), usr1);
  blockSignals(usr2);
  assertEquals(set("SigBlk"), usr1 | usr2);
  unblockSignals(usr1);
  assertEquals(set("SigBlk"), usr2);
  setSignalMask(0n);
  assertEquals(set("SigBlk"), 0n);
});

Deno.test("a signal that is blocked is pending until the mask lets it through", () => {
  setSignalMask(usr2);
  kill(Deno.pid, SIGNALS.SIGWINCH);
  assertEquals(pendingSignals() & usr2, 0n);
  ignoreSignal(SIGNALS.SIGUSR2);
  assertEquals(set("SigBlk"), usr2);
  resetSignal(SIGNALS.SIGUSR2);
  assertEquals(set("SigIgn") & usr2, 0n);
  setSignalMask(0n);
  assertEquals(set("SigBlk"), 0n);
});

Deno.test("rt_sigaction ignores a signal and lets it do again exactly what it did", () => {
  const listener = () => {};
  Deno.addSignalListener("SIGUSR2", listener);
  const before = signalAction(SIGNALS.SIGUSR2);
  assertNotEquals(before[0], 0n);
  ignoreSignal(SIGNALS.SIGUSR2);
  assertEquals(set("SigIgn") & usr2, usr2);
  assert(kill(Deno.pid, SIGNALS.SIGUSR2));
  setSignalAction(SIGNALS.SIGUSR2, before);
  assertEquals(set("SigIgn") & usr2, 0n);
  assertEquals(signalAction(SIGNALS.SIGUSR2), before);
  Deno.removeSignalListener("SIGUSR2", listener);
});

Deno.test("a listener that Deno set is called after its action was taken away and restored", async () => {
  const called = Promise.withResolvers<void>();
  const alive = setInterval(() => {}, 60_000);
  Deno.addSignalListener("SIGUSR2", called.resolve);
  const before = signalAction(SIGNALS.SIGUSR2);
  ignoreSignal(SIGNALS.SIGUSR2);
  setSignalAction(SIGNALS.SIGUSR2, before);
  kill(Deno.pid, SIGNALS.SIGUSR2);
  await called.promise;
  clearInterval(alive);
  Deno.removeSignalListener("SIGUSR2", called.resolve);
});

Deno.test("rt_sigtimedwait takes signals that are blocked, one after the other", () => {
  const both = bit(SIGNALS["SIGRTMIN+3"]) | usr2;
  setSignalMask(both);
  // To this thread by tgkill(2), since one that does not block them would end the process.
  const thread = Number(Deno.readLinkSync("/proc/thread-self").split("/").at(-1));
  const tgkill = Deno.build.arch === "x86_64" ? 234 : 131;
  for (const signal of [SIGNALS["SIGRTMIN+3"], SIGNALS["SIGRTMIN+3"], SIGNALS.SIGUSR2]) {
    syscall(tgkill, Deno.pid, thread, signal);
  }
  assertEquals(pendingSignals() & both, both);
  const taken = [0, 1, 2, 3].map(() => takeSignal(both));
  assertEquals(taken, [SIGNALS.SIGUSR2, SIGNALS["SIGRTMIN+3"], SIGNALS["SIGRTMIN+3"], undefined]);
  setSignalMask(0n);
});

Deno.test("kill tells whether a process is there, or a group", () => {
  assert(kill(Deno.pid, 0));
  assert(kill(-ownGroup(), 0));
  assert(!kill(2 ** 22 + 1, 0));
  assert(!kill(-(2 ** 22 + 1), 0));
});

Deno.test("prctl makes this process a subreaper and no longer one", () => {
  for (const on of [true, false]) {
    setSubreaper(on);
    assertEquals(isSubreaper(), on);
  }
});

Deno.test("posix_spawn starts a process with its group, mask and defaults, wait4 has its end", async () => {
  ignoreSignal(SIGNALS.SIGUSR2);
  ignoreSignal(SIGNALS.SIGUSR1);
  const options = { mask: usr2, defaults: usr2, foreground: false, silent: false };
  // SIGUSR2 is 0x800 and blocked, SIGUSR1 is 0x200 and the only one of both that is ignored.
  for (const line of ["^SigBlk:.*0000000000000800$", "^SigIgn:.*[2367]..$", "^none"]) {
    const argv = ["grep", "-q", line, "/proc/self/status"];
    const { pid, error } = spawn("/usr/bin/grep", argv, options);
    assertEquals(error, 0);
    assertEquals(stat(pid)[2], String(pid));
    assertEquals(await endOf(pid), line === "^none" ? 1 << 8 : 0);
  }
  for (const signal of [SIGNALS.SIGUSR1, SIGNALS.SIGUSR2]) resetSignal(signal);
});

Deno.test({
  name: "posix_spawn starts nothing where there is no terminal to pass on (needs none)",
  ignore: Deno.stdin.isTerminal(),
  // The functions for terminals stay open.
  sanitizeResources: false,
  fn: () => {
    const ENOTTY = 25;
    const { error, passed } = spawn("/bin/true", ["true"], { ...plain, foreground: true });
    assert(passed);
    assertEquals(error, ENOTTY);
  },
});

async function endOf(pid: number): Promise<number> {
  for (;;) {
    const [ended, status] = collectChild() ?? [];
    if (ended === pid && status !== undefined) return status;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

Deno.test("execve that fails comes back with errno", () => {
  const argv = cStrings(["x"]);
  const exec = () => execve(cString("/no/such/program"), argv, environment());
  exec();
  assertEquals(errnoOf(exec), Errno.ENOENT);
});

Deno.test("environ is the environment, byte for byte", () => {
  Deno.env.set("KOORDINATOR_TEST_VARIABLE", "wörd");
  const list = Deno.UnsafePointer.create(environment());
  assert(list !== null);
  const first = new Deno.UnsafePointerView(list).getPointer();
  assert(first !== null);
  assertMatch(new Deno.UnsafePointerView(first).getCString(), /^\w+=/);
  Deno.env.delete("KOORDINATOR_TEST_VARIABLE");
});
