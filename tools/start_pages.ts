/**
 * `deno task start-pages`, as root: finds out what a start reads of the runtime, and writes it down for
 * the seal. To be done for a new runtime; `deno task compile` then takes it.
 */
import { fileURLToPath } from "node:url";
import { executablePath, findTarget } from "./support/target.ts";
import { Elf, PT_LOAD } from "./seal/elf.ts";
import { makeLoopDevice } from "./seal/loop_device.ts";
import { untilQuiet } from "./support/quiet.ts";
import { formatRuns, PAGE, startPagesFile } from "./seal/start_pages.ts";
import { pagesInMemory } from "./seal/pages_in_memory.ts";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

/** No more than the page that is missing. */
const READ_AHEAD_KIB = PAGE / 1024;

/** Longer than a start takes, and shorter than a supervisor waits before it gives memory back. */
const QUIET_MS = 1000;

/** Pages between two that are used are read with them, so that the device is asked less often. */
const GAP = 3;

/** A command that is launched, and one that is waited for. */
const WAYS = [
  { argv: ["/bin/sleep", "600"], spec: { handOver: false } },
  { argv: ["/bin/true"], spec: { startDeps: [{ file: "/no/such/file" }] } },
] as const;

const target = findTarget();
const runtime = await Deno.readFile(`${ROOT}.cache/${target.arch}/runtime`);
const output = await startPagesFile(runtime);
// What is known already would be read in any case.
await Deno.writeTextFile(output, "");
const compile = new Deno.Command(Deno.execPath(), { args: ["task", "compile"], cwd: ROOT });
if (!(await compile.spawn().status).success) throw new Error("deno task compile failed");

const { size } = await Deno.stat(`${ROOT}${executablePath(target)}`);
await using device = await makeLoopDevice(size + 64 * 1024 * 1024, READ_AHEAD_KIB);
const program = `${device.folder}/koordinator`;
await Deno.copyFile(`${ROOT}${executablePath(target)}`, program);
const used = new Set<number>();
for (const { argv, spec } of WAYS) {
  await device.forget();
  const child = new Deno.Command(program, {
    args: [...argv],
    clearEnv: true,
    env: { KOORDINATOR_SPEC: JSON.stringify(spec) },
    stdout: "null",
    stderr: "null",
  }).spawn();
  await untilQuiet(child.pid, QUIET_MS);
  for (const page of pagesInMemory(program)) used.add(page);
  child.kill("SIGTERM");
  await child.status;
}

const segments = new Elf(runtime).segments.filter(({ type }) => type === PT_LOAD);
const lines = segments.map(({ offset, fileSize }) => {
  const [first, last] = [Math.floor(offset / PAGE), Math.floor((offset + fileSize - 1) / PAGE)];
  return formatRuns([...used].filter((page) => page >= first && page <= last), GAP);
});
await Deno.writeTextFile(output, lines.filter((line) => line !== "").join("\n") + "\n");
console.log(`${output.pathname}: ${used.size} pages used in a start`);
