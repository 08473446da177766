import { fileURLToPath } from "node:url";
import { runProgram } from "../support/run_program.ts";
import { Elf, PT_LOAD } from "./elf.ts";
import { isHost, type Target } from "../support/target.ts";

const SOURCES = [
  ...[
    "loader.c",
    "hand_over.c",
    "search.c",
    "held.c",
    "probe.c",
    "self.c",
    "told.c",
    "port.c",
    "limits.c",
    "environment.c",
    "initial_stack.c",
    "reading.c",
    "compilers.c",
  ],
  ...["pages.c", "maps.c", "payload.c", "from_space.c", "end.c", "signals.c", "builtin.c"],
];
const FOLDER = fileURLToPath(new URL(".", import.meta.url));

/** The C compiler for a target: CC where that is this machine's own. */
export function compilerOf(target: Target): string {
  return isHost(target) ? Deno.env.get("CC") ?? "cc" : target.crossCompiler;
}

/** How to get it. */
export function remedyOf(target: Target): string {
  return isHost(target)
    ? "install a C compiler (Debian: apt-get install gcc libc6-dev), or set CC"
    : `install it (Debian: apt-get install ${target.crossPackage})`;
}

/**
 * Compiles loader.c and what belongs to it; the result is its code and constants, to be loaded anywhere.
 *
 * @param flags more of them for the compiler
 */
export async function buildLoader(
  target: Target,
  scratch: string,
  flags: readonly string[] = [],
): Promise<Uint8Array<ArrayBuffer>> {
  const output = `${scratch}/loader-${target.arch}.elf`;
  await runProgram(
    compilerOf(target),
    [
      ..."-O2 -std=gnu11 -Wall -Wextra -Werror -nostdlib -ffreestanding -fPIE".split(" "),
      ..."-fvisibility=hidden -fno-stack-protector -fno-asynchronous-unwind-tables".split(" "),
      ..."-fno-tree-loop-distribute-patterns -static -no-pie -Wl,--build-id=none".split(" "),
      ...[...target.flags, ...flags],
      ...["-Wl,-T,loader.ld", "-o", output, ...SOURCES],
    ],
    remedyOf(target),
    { cwd: FOLDER },
  );
  const elf = new Elf(await Deno.readFile(output));
  const { address, offset, fileSize } = elf.segment(PT_LOAD);
  if (address !== 0) throw new Error("the loader is not linked to address 0");
  return elf.bytes.slice(offset, offset + fileSize);
}
