import { runProgram } from "../support/run_program.ts";

/** The kernel counts the sectors of /sys/block/NAME/stat in these, whatever the device has. */
const SECTOR = 512;

/** A filesystem on a device of its own, whose reads are seen and whose read-ahead is chosen. */
export interface LoopDevice extends AsyncDisposable {
  /** The folder in which it is mounted. */
  readonly folder: string;
  /** How many bytes have been read from it. */
  bytesRead(): number;
  /** Forgets what the kernel has in memory of it; nothing in it may be open. */
  forget(): Promise<void>;
}

/**
 * Makes a device in a file and mounts it (loop(4)); for root.
 *
 * @param bytes its size
 * @param readAheadKiB how much the kernel may read ahead from it
 * @throws {Error} if this machine or this user cannot have one
 */
export async function makeLoopDevice(bytes: number, readAheadKiB: number): Promise<LoopDevice> {
  const top = await Deno.makeTempDir();
  const [image, folder] = [`${top}/image`, `${top}/mounted`];
  await Deno.mkdir(folder);
  await Deno.writeFile(image, new Uint8Array());
  await Deno.truncate(image, bytes);
  await run("mkfs.ext4", ["-q", "-F", image]);
  // Else the file behind it would be kept in memory and read ahead as well.
  const device = (await run("losetup", ["--find", "--show", "--direct-io=on", image])).trim();
  const ofKernel = `/sys/block/${device.slice("/dev/".length)}`;
  await Deno.writeTextFile(`${ofKernel}/queue/read_ahead_kb`, String(readAheadKiB));
  const mount = () => run("mount", ["-o", "noatime", device, folder]);
  await mount();
  return {
    folder,
    bytesRead: () => {
      const sectors = Deno.readTextFileSync(`${ofKernel}/stat`).trim().split(/\s+/)[2];
      return Number(sectors) * SECTOR;
    },
    forget: async () => {
      await run("umount", [folder]);
      await mount();
    },
    [Symbol.asyncDispose]: async () => {
      await run("umount", [folder]);
      await run("losetup", ["--detach", device]);
      await Deno.remove(top, { recursive: true });
    },
  };
}

function run(program: string, args: readonly string[]): Promise<string> {
  return runProgram(
    program,
    args,
    "run it as root, with util-linux and e2fsprogs, where loop devices are",
  );
}
