// The executable for arm64, under qemu's user emulation: `deno task arm64`.
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { type Fixture, startProcess } from "../process/fixture.ts";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { runs } from "../support/c_program.ts";
import { IS_ROOT, output } from "../support/executable.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const QEMU = "qemu-aarch64-static";
const COMPILER = "aarch64-linux-gnu-gcc";

/** An emulated start takes seconds, and the machine may be busy. */
const PATIENCE_MS = 180_000;

const missing = [QEMU, COMPILER].filter((program) => !runs(program));

function arm64Test(title: string, fn: () => Promise<void>, { root = false } = {}): void {
  const needs = [...missing, ...(root ? ["root"] : [])];
  Deno.test({
    name: `arm64: ${title}${needs.length === 0 ? "" : ` (needs ${needs.join(", ")})`}`,
    ignore: missing.length > 0 || root && !IS_ROOT,
    fn,
  });
}

arm64Test("the executable starts in an empty root that has only /proc", async () => {
  const root = await Deno.makeTempDir();
  await Deno.mkdir(`${root}/proc`);
  await Deno.copyFile(await executable(), `${root}/koordinator`);
  const { stdout: qemu } = await output("sh", ["-c", `command -v ${QEMU}`]);
  await Deno.copyFile(qemu.trim(), `${root}/${QEMU}`);
  const script =
    `mount -t proc proc "$1/proc" && exec chroot "$1" /${QEMU} /koordinator version --verbose`;
  const { code, stdout, stderr } = await output("unshare", [
    ...["-m", "sh", "-c", script, "sh", root],
  ]);
  await Deno.remove(root, { recursive: true });
  assertEquals(code, 0, stderr);
  assertMatch(stdout, /^koordinator \d+\.\d+\.\d+\n/);
  assertMatch(stdout, /^architecture aarch64$/m);
}, { root: true });

arm64Test("it becomes a command where there is nothing to supervise", async () => {
  await using run = await start(["sh", "-c", "echo pid $$; exit 5"]);
  assertEquals((await run.status).code, 5);
  assertEquals(run.output(), `pid ${run.pid}\n`);
});

arm64Test("its loader becomes the command where nothing is asked of koordinator", async () => {
  const args = ["-strace", await executable(), "/bin/sh", "-c", "exit 5"];
  const { code, stderr } = await output(QEMU, args);
  assertEquals(code, 5);
  assertMatch(stderr, /execve\("\/bin\/sh"/);
  assertEquals(/openat|memfd_create/.exec(stderr), null, stderr);
});

arm64Test(
  "it obeys no variable of the dynamic loader, and opens no file of the image for it",
  async () => {
    const variables = ["LD_PRELOAD=/no/such.so", "LD_DEBUG=all", "LD_TRACE_LOADED_OBJECTS=1"];
    const args = [...variables.flatMap((variable) => ["-E", variable]), "-strace"];
    const { code, stdout, stderr } = await output(QEMU, [...args, await executable(), "version"]);
    assertEquals(code, 0);
    assertMatch(stdout, /^koordinator \d+\.\d+\.\d+\n$/);
    // qemu says what is called, ld.so what it cannot load.
    assertMatch(stderr, /"\/proc\/-\/so\.preload"/);
    assertEquals(/"\/(etc|lib|usr)\/|no\/such\.so/.exec(stderr), null);
  },
);

arm64Test("it supervises a command, whose exit code is its own", async () => {
  await using run = await start(["sh", "-c", "exit 5"], { spec: { handOver: false } });
  assertEquals((await run.status).code, 5);
});

arm64Test("it passes SIGTERM on to the command", async () => {
  const script = 'trap "echo got; exit 7" TERM; echo up; while :; do sleep 0.05; done';
  await using run = await start(["sh", "-c", script], { spec: { handOver: false } });
  await until(() => run.output().includes("up\n"), run);
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 7);
  assertMatch(run.output(), /^got$/m);
});

arm64Test("it ends 143 by a SIGTERM while it waits, and launches nothing", async () => {
  const spec = { startDeps: [{ file: "/no/such/file" }] };
  await using run = await start(["sh", "-c", "echo launched"], { spec });
  await until(() => /waiting/.test(run.output()), run);
  run.kill("SIGTERM");
  assertEquals((await run.status).code, 143);
  assertEquals(run.output().includes("launched\n"), false);
});

arm64Test("its loader answers a probe", async () => {
  const folder = await Deno.makeTempDir();
  const gate = `${folder}/gate`;
  const env = { KOORDINATOR_CONTAINER_NAME: "main", KOORDINATOR_STATE_DIR: folder };
  const spec = { startDeps: [{ file: gate }], handOver: false };
  await using run = await start(["sh", "-c", "echo up; exec sleep 1000"], { spec, env });
  const path = await executable();
  const probe = async (...words: readonly string[]) => {
    const { code, stderr } = await output(QEMU, ["-strace", path, "probe", ...words], env);
    assertEquals(/memfd_create/.exec(stderr), null, stderr);
    return { code, said: /koordinator: .*/.exec(stderr)?.[0] };
  };
  await until(() => /waiting for/.test(run.output()), run);
  await until(() => /it is not there/.test(text(`${folder}/main.status`)), run);
  const missing = `koordinator: the command is waiting for file ${gate} (it is not there)`;
  assertEquals(await probe(), { code: 1, said: missing });
  await Deno.writeTextFile(gate, "");
  await until(() => /^up$/m.test(run.output()), run);
  assertEquals(await probe(), { code: 0, said: undefined });
  const server = Deno.serve({ port: 0, onListen: () => {} }, () => new Response());
  const { port } = server.addr;
  assertEquals(await probe("--tcp", `${port}`), { code: 0, said: undefined });
  assertEquals(await probe("--http", `${port}/healthz`), { code: 0, said: undefined });
  await server.shutdown();
  const refused = `the command runs, but on port ${port}: connection refused: nobody listens there`;
  assertEquals(await probe("--tcp", `${port}`), { code: 1, said: `koordinator: ${refused}` });
  run.kill("SIGTERM");
  await run.status;
  await Deno.remove(folder, { recursive: true });
});

function text(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return "";
  }
}

arm64Test("it passes bytes that are not UTF-8 on to the command", async () => {
  const script = String.raw`exec "$@" "$(printf 'a\377\200')"`;
  const look = ["sh", "-c", 'printf %s "$1" | od -An -tx1', "sh"];
  for (const spec of ["", '{"handOver":false}']) {
    const args = ["-c", script, "sh", QEMU, await executable(), ...look];
    const { code, stdout, stderr } = await output("sh", args, { KOORDINATOR_SPEC: spec });
    assertEquals([code, stdout.trim()], [0, "61 ff 80"], stderr);
  }
});

arm64Test(
  "it watches over TLS, and launches the command when its dependency is ready",
  async () => {
    await using cluster = await startCluster();
    const spec = { startDeps: ["proxy"] };
    const env = cluster.env("main");
    await using run = await start(["sh", "-c", "echo launched; exit 3"], { spec, env });
    await until(() => cluster.server.requests.some(({ verb }) => verb === "watch"), run);
    assertEquals(run.output().includes("launched\n"), false);
    cluster.server.setPod(pod([unready("main"), ready("proxy")]));
    assertEquals((await run.status).code, 3);
    assertMatch(run.output(), /^launched$/m);
  },
);

arm64Test("it stops a sidecar whose main container has ended", async () => {
  await using cluster = await startCluster();
  const script = 'trap "echo stopped; exit 0" TERM; echo up; while :; do sleep 0.05; done';
  const spec = { stopDeps: ["main"] };
  await using run = await start(["sh", "-c", script], { spec, env: cluster.env("proxy") });
  await until(() => cluster.server.requests.some(({ verb }) => verb === "watch"), run);
  await until(() => run.output().includes("up\n"), run);
  cluster.server.setPod(pod([ended("main", 0), ready("proxy")]));
  assertEquals((await run.status).code, 0);
  assertMatch(run.output(), /^stopped$/m);
});

let built: Promise<string> | undefined;

function executable(): Promise<string> {
  return built ??= build();
}

async function build(): Promise<string> {
  const { code, stderr } = await output(Deno.execPath(), [
    ...["run", "-A", `${ROOT}tools/compile.ts`, "--target", "aarch64"],
  ]);
  if (code !== 0) throw new Error(stderr);
  return `${ROOT}dist/koordinator-aarch64`;
}

async function start(
  argv: readonly string[],
  { spec, env = {} }: { readonly spec?: unknown; readonly env?: Record<string, string> } = {},
): Promise<Fixture> {
  return startProcess([QEMU, await executable(), ...argv], {
    env: { ...env, KOORDINATOR_SPEC: spec === undefined ? "" : JSON.stringify(spec) },
  });
}

/** Resolves once the condition holds; rejects if the process ends before. */
async function until(condition: () => boolean, run: Fixture): Promise<void> {
  let over = false;
  void run.status.then(() => over = true);
  for (const deadline = Date.now() + PATIENCE_MS; !condition();) {
    if (over || Date.now() > deadline) throw new Error(`waited in vain: ${run.output()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

async function startCluster() {
  const server = await startApiServer({ pod: pod([unready("main"), unready("proxy")]) });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  return {
    server,
    env: (container: string) => ({
      ...server.env(root),
      KOORDINATOR_POD_NAME: "pod",
      KOORDINATOR_POD_NAMESPACE: "default",
      KOORDINATOR_CONTAINER_NAME: container,
      KOORDINATOR_STATE_DIR: `${root}/state`,
    }),
    async [Symbol.asyncDispose]() {
      await server.close();
      await Deno.remove(root, { recursive: true });
    },
  };
}
