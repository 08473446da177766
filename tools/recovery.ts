/**
 * How long after a fault the pod's next state is known: koordinator's client and client-go's
 * informer, side by side, against the same scripted API server. Needs Go for the peer. An argument is
 * a part of the names of the faults that are wanted.
 */
import { fileURLToPath } from "node:url";
import { ROWS, SLOW_ROWS } from "./scripted_cluster/faults.ts";
import { startApiServer } from "./scripted_cluster/api_server.ts";
import { pod, unready } from "./scripted_cluster/pods.ts";
import { median } from "./support/statistics.ts";

const RUNS = 7;
/** A client that takes longer has not recovered: our own watchdog waits for three minutes. */
const PATIENCE_MS = 300_000;
const HERE = fileURLToPath(new URL("recovery/", import.meta.url));
const PEER = fileURLToPath(new URL("../.cache/client-go-informer", import.meta.url));

const OURS = [Deno.execPath(), "run", "-A", "--quiet", "--no-check", `${HERE}ours.ts`];

/** Milliseconds from the end of the first faulty answer to the news of a change made just then. */
async function recovery(
  program: readonly string[],
  inject: (typeof ROWS)[number]["inject"],
): Promise<number> {
  const before = pod([unready("main"), unready("proxy")], { phase: "Pending" });
  await using server = await startApiServer({ pod: before });
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  inject(server);
  const [command = "", ...args] = program;
  const child = new Deno.Command(command, {
    args: [...args, "default", "pod"],
    env: server.env(root),
    stdout: "piped",
    stderr: "null",
  }).spawn();
  const patience = setTimeout(() => child.kill("SIGKILL"), PATIENCE_MS);
  try {
    await server.faulted;
    const start = performance.now();
    server.update((pod) => ({ ...pod, status: { ...pod.status, phase: "Running" } }));
    let said = "";
    for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
      said += text;
      if (/^pod Running$/m.test(said)) return performance.now() - start;
    }
    return Infinity;
  } finally {
    clearTimeout(patience);
    try {
      child.kill("SIGKILL");
    } catch {
      // It gave up by itself.
    }
    await child.status;
    await Deno.remove(root, { recursive: true });
  }
}

const built = await new Deno.Command("go", {
  args: ["build", "-o", PEER, "."],
  cwd: `${HERE}client_go`,
  stdout: "inherit",
  stderr: "inherit",
}).output();
if (!built.success) Deno.exit(1);

const wanted = Deno.args[0] ?? "";
const seconds = (ms: number) => ms === Infinity ? "never" : `${(ms / 1000).toFixed(2)} s`;
console.log("| fault | koordinator | client-go | multiple |\n| --- | --- | --- | --- |");
for (const { fault, inject } of [...ROWS, ...SLOW_ROWS]) {
  if (!fault.includes(wanted)) continue;
  const all = (program: readonly string[]) =>
    Promise.all(Array.from({ length: RUNS }, () => recovery(program, inject)));
  const ours = median(await all(OURS));
  const theirs = median(await all([PEER]));
  const multiple = theirs === Infinity ? "" : (ours / theirs).toFixed(1);
  console.log(`| ${fault} | ${seconds(ours)} | ${seconds(theirs)} | ${multiple} |`);
}
