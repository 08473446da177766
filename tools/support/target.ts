/** A processor that koordinator is built for. */
export interface Target {
  /** As Deno and the kernel call it. */
  readonly arch: "x86_64" | "aarch64";
  /** As container images call it (GOARCH). */
  readonly oci: "amd64" | "arm64";
  /** As `deno compile --target` calls it. */
  readonly triple: string;
  /** e_machine of elf.h. */
  readonly machine: number;
  /** The C compiler when built on another processor, and the Debian package that has it. */
  readonly crossCompiler: string;
  readonly crossPackage: string;
  /** Where the Debian packages of the cross compiler put the C library. */
  readonly crossLibraries: string;
  /** What only this processor's compiler understands. */
  readonly flags: readonly string[];
}

const TARGETS: readonly Target[] = [
  {
    arch: "x86_64",
    oci: "amd64",
    triple: "x86_64-unknown-linux-gnu",
    machine: 62,
    crossCompiler: "x86_64-linux-gnu-gcc",
    crossPackage: "gcc-x86-64-linux-gnu",
    crossLibraries: "/usr/x86_64-linux-gnu/lib",
    // No marks for control-flow enforcement: the loader has no note that would hold them.
    flags: ["-fcf-protection=none"],
  },
  {
    arch: "aarch64",
    oci: "arm64",
    triple: "aarch64-unknown-linux-gnu",
    machine: 183,
    crossCompiler: "aarch64-linux-gnu-gcc",
    crossPackage: "gcc-aarch64-linux-gnu",
    crossLibraries: "/usr/aarch64-linux-gnu/lib",
    // The loader is one page or two: addresses need no page of their own.
    flags: ["-mcmodel=tiny"],
  },
];

/** Both of them. */
export const ALL_TARGETS = TARGETS;

/**
 * The target of a name: x86_64 or amd64, aarch64 or arm64.
 *
 * @param name @default this machine's
 * @throws {Error} if there is no such target
 */
export function findTarget(name: string = Deno.build.arch): Target {
  const found = TARGETS.find(({ arch, oci, triple }) => [arch, oci, triple].includes(name));
  if (found === undefined) {
    const names = TARGETS.map(({ arch, oci }) => `${arch} (${oci})`).join(" or ");
    throw new Error(`no such target: ${name}; take ${names}`);
  }
  return found;
}

/** Whether this machine has the target's processor. */
export function isHost({ arch }: Target): boolean {
  return arch === Deno.build.arch;
}

/** Where the executable of a target is made, in the repository. */
export function executablePath(target: Target): string {
  return isHost(target) ? "dist/koordinator" : `dist/koordinator-${target.arch}`;
}
