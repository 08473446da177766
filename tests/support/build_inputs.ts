import type { BuildInputs } from "../../tools/compile/build_inputs.ts";

const digest = (digit: string) => digit.repeat(64);

/** Build inputs as `deno task compile` writes them. */
export function buildInputs(arch: BuildInputs["arch"] = "x86_64"): BuildInputs {
  const [libc, libcVersion, libgcc, libgccVersion, linker] = arch === "x86_64"
    ? ["libc6", "2.36-9+deb12u13", "libgcc-s1", "12.2.0-14+deb12u1", "ld-linux-x86-64.so.2"]
    : [
      "libc6-arm64-cross",
      "2.36-8cross1",
      "libgcc-s1-arm64-cross",
      "12.2.0-14cross1",
      "ld-linux-aarch64.so.1",
    ];
  const glibc = { size: 1000, package: libc, packageVersion: libcVersion };
  return {
    version: "1.2.3",
    arch,
    deno: "2.6.10",
    v8: "14.5.201.2-rusty",
    runtime: { sha256: digest("1") },
    libraries: [
      { name: linker, sha256: digest("2"), ...glibc },
      { name: "libc.so.6", sha256: digest("3"), ...glibc },
      { name: "libm.so.6", sha256: digest("4"), ...glibc },
      {
        name: "libgcc_s.so.1",
        sha256: digest("5"),
        size: 1000,
        package: libgcc,
        packageVersion: libgccVersion,
      },
    ],
    compiler: "cc (Debian 12.2.0-14) 12.2.0",
    packages: [
      { name: "loglevel", version: "1.9.2", license: "MIT" },
      { name: "valibot", version: "1.5.0", license: "MIT" },
    ],
    program: { sha256: digest("6") },
  };
}

/** elf(5): e_machine. */
const MACHINES = { x86_64: 62, aarch64: 183 } as const;

/** Bytes that look like an executable for a processor, and like one of Deno's to who searches them. */
export function fakeExecutable(arch: BuildInputs["arch"]): Uint8Array<ArrayBuffer> {
  const header = new Uint8Array(64);
  header.set([127, 69, 76, 70, 2, 1]);
  header[18] = MACHINES[arch];
  const text = "\0/root/.cargo/registry/src/index.crates.io-1949/tokio-1.47.1/src/lib.rs" +
    "/root/.cargo/registry/src/index.crates.io-1949/ash-0.38.0+1.3.281/src/lib.rs" +
    "/root/.cargo/registry/src/index.crates.io-1949/tokio-1.47.1/src/task.rs\0icudt77l\0" +
    "fts5: 2025-06-28 14:00:48 2af157d77fb1304a74176eaee7fbc7c7e932d946bf25325e9c26c91db19e3079\0";
  return new Uint8Array([...header, ...new TextEncoder().encode(text)]);
}
