// One test for each C function that is called, by what the kernel then shows of it.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  cString,
  cStrings,
  environment,
  Errno,
  errnoOf,
  execLibc,
  libc,
  SIG_SETMASK,
  SIG_UNBLOCK,
  SignalAction,
  sigset,
} from "../../lib/process/libc.ts";
import {
  execve,
  pendingSignals,
  resetSignal,
  setSignalMask,
} from "../../lib/process/system_calls.ts";
import { SIGNALS } from "../../lib/spec/signal.ts";

// Opened here, since they stay open: no test is to be blamed for it.
libc();
execLibc();
errnoOf(() => {});

/** A field of this thread's status (proc_pid_status(5)). */
function field(name: string): string {
  const status = Deno.readTextFileSync("/proc/thread-self/status");
  return new RegExp(`^${name}:\\s*(.*)$`, "m").exec(status)?.[1] ?? "";
}

/** proc_pid_stat(5) from its third field on. */
function stat(pid: number): readonly string[] {
  const text = Deno.readTextFileSync(`/proc/${pid}/stat`);
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

const usr2 = 1n << BigInt(SIGNALS.SIGUSR2 - 1);

Deno.test("getpgrp and getsid tell this process's group and session", () => {
  const [, , group, session] = stat(Deno.pid);
  assertEquals(String(libc().getpgrp()), group);
  assertEquals(String(libc().getsid(0)), session);
});

Deno.test("isatty and tcgetpgrp say that a file is no terminal, tcsetpgrp refuses it", () => {
  using file = Deno.openSync("/dev/null");
  assert(file.isTerminal() === false);
  assertEquals(libc().isatty(1_000), 0);
  assertEquals(libc().tcgetpgrp(1_000), -1);
  assertEquals(libc().tcsetpgrp(1_000, libc().getpgrp()), -1);
});

Deno.test("pthread_sigmask blocks a signal in this thread and unblocks it", () => {
  const before = new Uint8Array(128);
  assertEquals(libc().pthread_sigmask(SIG_SETMASK, sigset(usr2), before), 0);
  assertEquals(BigInt(`0x${field("SigBlk")}`), usr2);
  libc().pthread_sigmask(SIG_UNBLOCK, sigset(usr2), null);
  assertEquals(BigInt(`0x${field("SigBlk")}`), 0n);
  libc().pthread_sigmask(SIG_SETMASK, before, null);
});

Deno.test("a signal that is blocked is pending until the mask lets it through", () => {
  setSignalMask(usr2);
  libc().kill(Deno.pid, SIGNALS.SIGWINCH);
  assertEquals(pendingSignals() & usr2, 0n);
  libc().signal(SIGNALS.SIGUSR2, SignalAction.SIG_IGN);
  assertEquals(BigInt(`0x${field("SigBlk")}`), usr2);
  resetSignal(SIGNALS.SIGUSR2);
  assertEquals(BigInt(`0x${field("SigIgn")}`) & usr2, 0n);
  setSignalMask(0n);
  assertEquals(BigInt(`0x${field("SigBlk")}`), 0n);
});

Deno.test("signal ignores a signal, sigaction restores what was", () => {
  const ignored = () => (BigInt(`0x${field("SigIgn")}`) & usr2) !== 0n;
  const before = new Uint8Array(512);
  assertEquals(libc().sigaction(SIGNALS.SIGUSR2, null, before), 0);
  libc().signal(SIGNALS.SIGUSR2, SignalAction.SIG_IGN);
  assert(ignored());
  assertEquals(libc().kill(Deno.pid, SIGNALS.SIGUSR2), 0);
  assertEquals(libc().sigaction(SIGNALS.SIGUSR2, before, null), 0);
  assert(!ignored());
});

Deno.test("kill probes whether a process is there", () => {
  assertEquals(libc().kill(Deno.pid, 0), 0);
  assertEquals(libc().kill(2 ** 22 + 1, 0), -1);
});

Deno.test("prctl makes this process a subreaper and no longer one", () => {
  const [SET, GET] = [36, 37];
  const flag = new Int32Array(1);
  const pointer = Deno.UnsafePointer.value(Deno.UnsafePointer.of(flag));
  for (const on of [1, 0]) {
    assertEquals(libc().prctl(SET, BigInt(on), 0n, 0n, 0n), 0);
    assertEquals(libc().prctl(GET, BigInt(pointer), 0n, 0n, 0n), 0);
    assertEquals(flag[0], on);
  }
});

Deno.test("posix_spawn and waitpid: attributes and file actions reach the child, its end comes back", () => {
  const c = libc();
  const attributes = new Uint8Array(512);
  const actions = new Uint8Array(512);
  assertEquals(c.posix_spawnattr_init(attributes), 0);
  // SETPGROUP, SETSIGDEF, SETSIGMASK of spawn.h.
  assertEquals(c.posix_spawnattr_setflags(attributes, 0x02 | 0x04 | 0x08), 0);
  assertEquals(c.posix_spawnattr_setpgroup(attributes, 0), 0);
  assertEquals(c.posix_spawnattr_setsigmask(attributes, sigset(usr2)), 0);
  assertEquals(c.posix_spawnattr_setsigdefault(attributes, sigset(usr2)), 0);
  assertEquals(c.posix_spawn_file_actions_init(actions), 0);
  assertEquals(c.posix_spawn_file_actions_addtcsetpgrp_np?.(actions, 1_000), 0);
  assertEquals(c.posix_spawn_file_actions_destroy(actions), 0);
  assertEquals(c.posix_spawn_file_actions_init(actions), 0);
  const pid = new Int32Array(1);
  // grep fails unless SIGUSR2 (bit 11, 0x800) is blocked.
  const argv = cStrings(["grep", "-q", "^SigBlk:.*0000000000000800$", "/proc/self/status"]);
  const path = cString("/usr/bin/grep");
  assertEquals(c.posix_spawn(pid, path, actions, attributes, argv, environment()), 0);
  const [child = 0] = pid;
  assertEquals(stat(child)[2], String(child));
  const status = new Int32Array(1);
  assertEquals(c.waitpid(child, status, 0), child);
  assertEquals(status[0], 0);
});

Deno.test("execve that fails comes back with errno", () => {
  const argv = cStrings(["x"]);
  const exec = () => execve(cString("/no/such/program"), argv, environment());
  exec();
  assertEquals(errnoOf(exec), Errno.ENOENT);
});

Deno.test("environ is the environment, byte for byte", () => {
  Deno.env.set("KOORDINATOR_TEST_VARIABLE", "wörd");
  const list = environment();
  assert(list !== null);
  const first = new Deno.UnsafePointerView(list).getPointer();
  assert(first !== null);
  assertMatch(new Deno.UnsafePointerView(first).getCString(), /^\w+=/);
  Deno.env.delete("KOORDINATOR_TEST_VARIABLE");
});
