// A file of which the kernel has nothing in memory, on devices that read ahead, in little memory.
import { assert, assertEquals } from "@std/assert";
import { type LoopDevice, makeLoopDevice } from "../../tools/seal/loop_device.ts";
import { makeCgroup } from "../support/cgroup.ts";
import { executable, IS_ROOT } from "../support/executable.ts";
import { shell } from "./loader.ts";

const MIB = 1024 * 1024;

/** Where a supervisor is in front of its command: all of it is loaded. */
const SUPERVISED = { KOORDINATOR_SPEC: '{"handOver":false}' };

/** In KiB: the kernel's own, and what tuned profiles and some disks of clouds have. */
const READ_AHEADS = [128, 4096, 8192];

/** What docs/reference/robustness.md promises, in MiB. */
const LEAST = 20;

const canLimit = IS_ROOT && await canMake();

/** Whether this machine has a memory controller and loop devices. */
async function canMake(): Promise<boolean> {
  try {
    await using cgroup = await makeCgroup({ memoryBytes: 64 * MIB });
    await using device = await makeLoopDevice(16 * MIB, 128);
    return cgroup !== undefined && device.folder !== "";
  } catch {
    return false;
  }
}

const needs = "(needs root, loop devices and a memory cgroup)";

for (const readAhead of READ_AHEADS) {
  Deno.test({
    name: `from a device that reads ${readAhead} KiB ahead a cold start in 32 MB ` +
      `reads no more than twice what it reads in 256 MB ${needs}`,
    ignore: !canLimit,
    fn: async () => {
      await using device = await makeDevice(readAhead);
      const much = await coldStart(device, 256);
      const little = await coldStart(device, 32);
      console.log(`${readAhead} KiB: ${describe(much)} in 256 MB, ${describe(little)} in 32 MB`);
      assert(little.read <= 2 * much.read, `${little.read} bytes, not ${much.read}`);
      // The file has 100 MB, of which a start uses a fifth.
      assert(much.read <= 40 * MIB, `${much.read} bytes`);
    },
  });
}

Deno.test({
  name: `a cold start succeeds in ${LEAST} MB at any read-ahead ${needs}`,
  ignore: !canLimit,
  fn: async () => {
    for (const readAhead of READ_AHEADS) {
      await using device = await makeDevice(readAhead);
      console.log(`${readAhead} KiB: ${describe(await coldStart(device, LEAST))} in ${LEAST} MB`);
    }
  },
});

async function makeDevice(readAhead: number): Promise<LoopDevice> {
  const device = await makeLoopDevice(160 * MIB, readAhead);
  await Deno.copyFile(await executable(), `${device.folder}/koordinator`);
  return device;
}

interface ColdStart {
  readonly read: number;
  readonly milliseconds: number;
}

/** A start up to the end of a command, with nothing of the file in memory. */
async function coldStart(device: LoopDevice, limit: number): Promise<ColdStart> {
  await using cgroup = await makeCgroup({ memoryBytes: limit * MIB });
  if (cgroup === undefined) throw new Error("no memory cgroup");
  await device.forget();
  const [before, startedAt] = [device.bytesRead(), performance.now()];
  // A start that reads for ever is killed, and fails.
  const command = ["timeout", "--signal=KILL", "60", ...cgroup.enter];
  const { code, stderr } = await shell(
    'exec "$@"',
    [...command, `${device.folder}/koordinator`, "/bin/true"],
    SUPERVISED,
  );
  assertEquals(code, 0, `in ${limit} MB: ${stderr}`);
  return { read: device.bytesRead() - before, milliseconds: performance.now() - startedAt };
}

function describe({ read, milliseconds }: ColdStart): string {
  return `${(read / MIB).toFixed(0)} MB read in ${milliseconds.toFixed(0)} ms`;
}
