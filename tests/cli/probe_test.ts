// What an exec probe finds where no report tells of the command, and what the loader answers by itself.
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { childrenOf, eventually, startProcess } from "../process/fixture.ts";
import { executable, IS_ROOT, output } from "../support/executable.ts";
import { startKoordinator } from "../support/koordinator.ts";
import { NOBODYS_PORT } from "../support/nobodys_port.ts";

const CONTAINER = ["unshare", "--pid", "--fork", "--mount-proc", "--kill-child"] as const;

Deno.test({
  name:
    "without a state directory too, probe fails while the command is held back, and succeeds once it runs (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const gate = await Deno.makeTempFile();
    await Deno.remove(gate);
    const spec = { startDeps: [{ file: gate }], handOver: false };
    const env = {
      KOORDINATOR_SPEC: JSON.stringify(spec),
      KOORDINATOR_STATE_DIR: "/proc/none",
    };
    const command = [await executable(), "sh", "-c", "echo up; read line"];
    await using run = startProcess([...CONTAINER, ...command], { env });
    await run.says(/waiting for/);
    const init = await eventually(() => childrenOf(run.pid)[0], () => "PID 1");
    const probe = async () => {
      const inside = ["nsenter", "--target", String(init), "--pid", "--mount"];
      await using asked = startProcess([...inside, await executable(), "probe"], { env });
      return { code: (await asked.status).code, said: asked.output() };
    };
    const held = await probe();
    assertEquals(held.code, 1);
    assertStringIncludes(held.said, "the command is held back");
    await Deno.writeTextFile(gate, "");
    await run.says(/^up$/m);
    assertEquals(await probe(), { code: 0, said: "" });
    await run.write("\n");
    assertEquals((await run.status).code, 0);
    await Deno.remove(gate);
  },
});

/** How `koordinator probe` ends, and what it says. */
interface Answer {
  readonly code: number;
  readonly stderr: string;
}

/** Less than any runtime can start in, in KiB: what is answered here is answered by the loader. */
const ADDRESSES = 4_000_000;

/** What it says where it leaves the answer to the program. */
const LEFT: Answer = {
  code: 125,
  stderr:
    "koordinator: loader: reserving memory failed: raise the limit of addresses (RLIMIT_AS): 34 GiB will do, most of which is not used\n",
};

/** Asks the loader, and the program: of a value that is to be trimmed the loader knows nothing. */
async function ask(
  words: readonly string[],
  folder: string,
): Promise<{ readonly loader: Answer; readonly program: Answer }> {
  const limited = `ulimit -v ${ADDRESSES}; exec "$0" probe "$@"`;
  const environment = (state: string) => ({
    KOORDINATOR_CONTAINER_NAME: "main",
    KOORDINATOR_STATE_DIR: state,
  });
  const path = await executable();
  const [loader, program] = await Promise.all([
    output("sh", ["-c", limited, path, ...words], environment(folder)),
    output(path, ["probe", ...words], environment(` ${folder}`)),
  ]);
  return { loader: answerOf(loader), program: answerOf(program) };
}

function answerOf({ code, stderr }: Answer): Answer {
  return { code, stderr };
}

Deno.test("what the loader answers a probe is what the program does", async () => {
  const folder = await Deno.makeTempDir();
  const gate = `${folder}/a "gate"`;
  await using held = startKoordinator(["sh", "-c", "echo up; exec sleep 1000"], {
    KOORDINATOR_CONTAINER_NAME: "main",
    KOORDINATOR_STATE_DIR: folder,
    KOORDINATOR_SPEC: JSON.stringify({ startDeps: [{ file: gate }], handOver: false }),
  });
  const missing = /^koordinator: the command is waiting for file .*a "gate" \(it is not there\)\n$/;
  const deadline = Date.now() + 60_000;
  let waiting = await ask([], folder);
  while (!missing.test(waiting.loader.stderr)) {
    assert(Date.now() < deadline, waiting.loader.stderr);
    waiting = await ask([], folder);
  }
  assertEquals(waiting.loader, waiting.program);
  assertEquals((await ask(["--tcp", "80"], folder)).loader, waiting.program);
  const misused = await ask(["--tcp", "http"], folder);
  assertEquals([misused.loader, misused.program.code], [LEFT, 125]);

  await Deno.writeTextFile(gate, "");
  await held.says(/^up$/m);
  using mute = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  await using server = serve("127.0.0.1");
  await using six = serve("::1");
  const { port } = server.addr;
  const answered = [
    [],
    ["--tcp", `${port}`],
    ["--tcp", `${six.addr.port}`],
    ["--tcp", `${NOBODYS_PORT}`],
    ["--http", `${port}`],
    ["--http", `${port}/`],
    ["--http", `${port}/200`],
    ["--http", `${port}/302`],
    ["--http", `${six.addr.port}/204`],
    ...["401", "403", "404", "500", "502", "503"].map((status) => ["--http", `${port}/${status}`]),
    ["--http", `${NOBODYS_PORT}/healthz`],
    ["--http", `${mute.addr.port}/healthz`],
  ];
  for (const words of answered) {
    const { loader, program } = await ask(words, folder);
    assertEquals(loader, program, words.join(" "));
  }
  const left = [["--http", `${port}/400`], ["--http", `${port}/418`], [
    "--http",
    `${port}/a/../200`,
  ]];
  for (const words of left) {
    assertEquals((await ask(words, folder)).loader, LEFT, words.join(" "));
  }
  await Deno.remove(folder, { recursive: true });
});

/** Answers with the status that the path names. */
function serve(hostname: string): Deno.HttpServer<Deno.NetAddr> {
  return Deno.serve({ hostname, port: 0, onListen: () => {} }, ({ url }) => {
    const status = Number(new URL(url).pathname.slice(1)) || 200;
    return new Response(null, { status });
  });
}

/** What may stand in the place of a report, by those who share the folder. */
const PRETENDERS: readonly (readonly [string, (path: string) => Promise<void>])[] = [
  ["nothing", () => Promise.resolve()],
  ["a report that nobody holds", (path) => Deno.writeTextFile(path, REPORT)],
  ["a torn report", (path) => Deno.writeTextFile(path, REPORT.slice(0, 80))],
  ["an empty file", (path) => Deno.writeTextFile(path, "")],
  ["a giant", (path) => Deno.writeTextFile(path, REPORT.padEnd(100_000))],
  ["a link to a report", async (path) => {
    await Deno.writeTextFile(`${path}.other`, REPORT);
    await Deno.symlink(`${path}.other`, path);
  }],
  ["a link to itself", (path) => Deno.symlink(path, path)],
  ["a folder", (path) => Deno.mkdir(path)],
  ["a pipe", async (path) => {
    await output("mkfifo", [path]);
  }],
];

const REPORT = `${
  JSON.stringify({
    version: 2,
    container: "main",
    run: "0",
    sandbox: "0",
    at: "2026-01-01T00:00:00.000Z",
    phase: "running",
  })
}\n`;

for (const [what, make] of PRETENDERS) {
  Deno.test(`a probe is not answered by ${what}`, async () => {
    const folder = await Deno.makeTempDir();
    await make(`${folder}/main.json`);
    const { loader, program } = await ask([], folder);
    // Without a report the process of number 1 is looked at: here it is no koordinator.
    assertEquals(program.stderr.includes("the command is waiting"), false);
    assertEquals([program, LEFT].map(({ code }) => code).includes(loader.code), true);
    if (loader.code !== LEFT.code) assertEquals(loader, program);
    await Deno.remove(folder, { recursive: true });
  });
}
