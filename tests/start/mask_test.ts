// The signals that the loader holds back are free again in all that does not supervise.
import { assertEquals } from "@std/assert";
import { descendantsOf, eventually, processField } from "../process/fixture.ts";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { cProgram, HAS_CC } from "../support/c_program.ts";
import { executable, output } from "../support/executable.ts";
import { ended, pod, unready } from "../../tools/scripted_cluster/pods.ts";

const NONE = "0000000000000000";

interface Running extends AsyncDisposable {
  readonly pid: number;
  readonly status: Promise<Deno.CommandStatus>;
}

Deno.test("koordinator version that hangs in its output ends by SIGTERM", async () => {
  const pipe = await makeFifo();
  // A pipe that is full, and that nobody else reads.
  const script = `exec 3<>${pipe.path}; head -c 65536 /dev/zero >&3; exec "$@" >&3 3>&-`;
  await using version = run("sh", ["-c", script, "sh", await executable(), "version"]);
  await eventually(
    () => writesTo(version.pid, 1) || undefined,
    () => "koordinator to write",
  );
  await assertEndsBySigterm(version);
  await pipe.remove();
});

Deno.test("koordinator version that hangs in its output ends by a real-time signal", async () => {
  const pipe = await makeFifo();
  // The shell tells how: Deno knows no name for the signal.
  const script = `exec 3<>${pipe.path}; head -c 65536 /dev/zero >&3; "$@" >&3 3>&- & wait $!`;
  await using shell = run("sh", ["-c", script, "sh", await executable(), "version"]);
  const version = await eventually(
    () => descendantsOf(shell.pid).find((pid) => writesTo(pid, 1) && isKoordinator(pid)),
    () => "koordinator to write",
  );
  await output("sh", ["-c", `kill -37 ${version}`]);
  assertEquals((await shell.status).code, 128 + 37);
  await pipe.remove();
});

Deno.test("koordinator status does not wait for a pipe in the state directory", async () => {
  const pipe = await makeFifo("main.status");
  const { code } = await output(await executable(), ["status", "main"], {
    KOORDINATOR_STATE_DIR: pipe.folder,
  });
  assertEquals(code, 125);
  await pipe.remove();
});

Deno.test("koordinator probe that hangs in its question ends by SIGTERM", async () => {
  const state = await Deno.makeTempDir();
  const env = { KOORDINATOR_STATE_DIR: state, KOORDINATOR_CONTAINER_NAME: "main" };
  // The probe asks once the command runs.
  const command = [await executable(), "sh", "-c", "exec sleep 1000"];
  await using _main = run("env", ['KOORDINATOR_SPEC={"handOver":false}', ...command], env);
  for (const deadline = Date.now() + 30_000; Date.now() < deadline;) {
    if ((await output(await executable(), ["probe"], env)).code === 0) break;
  }
  using server = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using probe = run(await executable(), ["probe", "--http", `${server.addr.port}/`], env);
  using _question = await Promise.race([
    server.accept(),
    probe.status.then(({ code }) => {
      throw new Error(`the probe ended with ${code} and asked nothing`);
    }),
  ]);
  await assertEndsBySigterm(probe);
  await Deno.remove(state, { recursive: true });
});

Deno.test("koordinator copy that hangs in its folder ends by SIGTERM", async () => {
  const folder = await Deno.makeTempDir();
  await copyUntilStopped(folder);
  await Deno.remove(folder, { recursive: true });
});

Deno.test({
  name: `an exec stop action finds no signal blocked or ignored${HAS_CC ? "" : " (needs cc)"}`,
  ignore: !HAS_CC,
  fn: async () => {
    await using server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
    const root = await Deno.makeTempDir();
    await server.writeServiceAccount(root);
    const found = `${root}/found`;
    const action = ["cp", "/proc/self/status", found];
    const spec = { stopDeps: ["main"], whenStopDepExited: { exec: action }, termTimeout: "1s" };
    const command = [await executable(), "sh", "-c", "exec sleep 1000"];
    await using proxy = run(await cProgram("fresh"), command, {
      ...server.env(root),
      KOORDINATOR_SPEC: JSON.stringify(spec),
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_CONTAINER_NAME: "proxy",
      KOORDINATOR_STATE_DIR: `${root}/state`,
    });
    await server.seen("watch", 1);
    server.setPod(pod([ended("main", 0), unready("proxy")]));
    await proxy.status;
    const status = await Deno.readTextFile(found);
    const set = (name: string) => new RegExp(`^${name}:\\s*(\\S+)$`, "m").exec(status)?.[1];
    assertEquals([set("SigBlk"), set("SigIgn")], [NONE, NONE]);
    await Deno.remove(root, { recursive: true });
  },
});

function run(
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Running {
  const child = new Deno.Command(program, {
    args: [...args],
    clearEnv: true,
    env: { PATH: "/usr/bin:/bin", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    pid: child.pid,
    status: child.status,
    async [Symbol.asyncDispose]() {
      for (const pid of [...descendantsOf(child.pid), child.pid]) kill(pid, "SIGKILL");
      await child.status;
    },
  };
}

function kill(pid: number, signal: Deno.Signal): void {
  try {
    Deno.kill(pid, signal);
  } catch {
    // It has ended already.
  }
}

/** Stops the process where it is, looks at its mask, and lets SIGTERM be what it finds when it goes on. */
async function assertEndsBySigterm(process: Running): Promise<void> {
  await stop(process.pid);
  assertEquals(processField(process.pid, "SigBlk"), NONE);
  kill(process.pid, "SIGTERM");
  kill(process.pid, "SIGCONT");
  assertEquals((await process.status).code, 143);
}

/** Resolves once the process is stopped, or has ended. */
async function stop(pid: number): Promise<void> {
  kill(pid, "SIGSTOP");
  await eventually(
    () => /^T|^undefined/.test(`${processField(pid, "State")}`) || undefined,
    () => "a stopped process",
  );
}

/** Copies until one copy was caught in the middle, since most end between two looks at the folder. */
async function copyUntilStopped(folder: string): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt++) {
    await using copy = run(await executable(), ["copy", folder]);
    const isCopying = () =>
      [...Deno.readDirSync(folder)].some(({ name }) => /^\.[0-9a-f]{16}\.tmp$/.test(name));
    while (!isCopying() && processField(copy.pid, "State") !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    await stop(copy.pid);
    if (isCopying()) return await assertEndsBySigterm(copy);
  }
  throw new Error("no copy was caught in the middle");
}

/** Whether a process is in write(2) to this descriptor (proc_pid_syscall(5)). */
function writesTo(pid: number, descriptor: number): boolean {
  const write = Deno.build.arch === "x86_64" ? 1 : 64;
  try {
    return Deno.readTextFileSync(`/proc/${pid}/syscall`).startsWith(`${write} 0x${descriptor} `);
  } catch {
    return false;
  }
}

function isKoordinator(pid: number): boolean {
  return processField(pid, "Name") === "koordinator";
}

async function makeFifo(name = "fifo") {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/${name}`;
  await output("mkfifo", [path]);
  return { folder, path, remove: () => Deno.remove(folder, { recursive: true }) };
}
