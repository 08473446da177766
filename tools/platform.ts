import type { BuildInputs } from "./build_inputs.ts";

/** A processor's name as Deno and `uname -m` have it. */
export type Arch = BuildInputs["arch"];

/** All that koordinator is built for. */
export const ARCHES: readonly Arch[] = ["x86_64", "aarch64"];

/** A processor's name in an OCI image (GOARCH), and in the names of released files. */
export function ociArchitecture(arch: Arch): "amd64" | "arm64" {
  return arch === "x86_64" ? "amd64" : "arm64";
}

/** What `deno task compile` calls the executable: only that of another machine has a suffix. */
export function executableName(arch: Arch, host: Arch): string {
  return arch === host ? "koordinator" : `koordinator-${arch}`;
}

/** e_machine of elf(5): EM_X86_64, EM_AARCH64. */
const MACHINES = new Map<number, Arch>([[62, "x86_64"], [183, "aarch64"]]);
const E_MACHINE = 18;

/** For which processor an ELF file is; undefined for any other. */
export function machineOf(elf: Uint8Array<ArrayBuffer>): Arch | undefined {
  if (elf.length < 64 || !elf.subarray(0, 4).every((byte, i) => byte === [127, 69, 76, 70][i])) {
    return undefined;
  }
  return MACHINES.get(new DataView(elf.buffer, elf.byteOffset).getUint16(E_MACHINE, true));
}
