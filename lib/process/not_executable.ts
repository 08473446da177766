import { KoordinatorError } from "../errors.ts";
import { Errno } from "../linux/libc.ts";
import { quoted } from "../spec/visible.ts";
import { cannotExecute, notFound } from "./search.ts";

/** How much the kernel reads of a file to tell what it is (BINPRM_BUF_SIZE). */
const HEAD = 256;

/** The longest path of a dynamic loader that is told, in bytes (PATH_MAX). */
const LONGEST_PATH = 4096;

/** elf.h: of a program for 64-bit little-endian machines. */
const ELF_MAGIC = 0x7f454c46;
const PT_INTERP = 3;
const MACHINES: Readonly<Record<number, string>> = {
  3: "x86",
  40: "arm",
  62: "x86_64",
  183: "arm64",
  243: "riscv64",
};
const OWN_MACHINE = Deno.build.arch === "x86_64" ? 62 : 183;

/** What an errno of exec means for a file that was found: told by what stands at its beginning. */
export function executionError(file: string, errno: number): KoordinatorError {
  const interpreter = interpreterOf(file);
  switch (errno) {
    case Errno.ENOENT:
      return missingInterpreter(file, interpreter);
    case Errno.ENOEXEC:
      return cannotExecute(file, ...whyNoProgram(file));
    case Errno.EACCES:
      return interpreter === undefined
        ? cannotExecute(file, "permission denied", "check its mode, and that no volume is noexec")
        : cannotExecute(file, `permission denied: for it, or its interpreter ${interpreter.shown}`);
    case Errno.E2BIG:
      return cannotExecute(
        file,
        "its arguments and variables are too long",
        "a single one may have 128 KiB, all together 2 MiB",
      );
    case Errno.ETXTBSY:
      return cannotExecute(file, "it is being written", "start it when it is whole");
    case Errno.EAGAIN:
      return noProcess(file);
    case Errno.ENOMEM:
      return new KoordinatorError(`${file}: no memory for another process`, {
        hint: "raise the memory limit of the container, or RLIMIT_AS and RLIMIT_DATA",
      });
    default:
      return cannotExecute(file, `cannot be executed (errno ${errno})`);
  }
}

/** The error where the limit of processes is reached. */
export function noProcess(what: string): KoordinatorError {
  return new KoordinatorError(`no process is left for ${what}`, {
    hint: "raise the limit of processes of the pod (podPidsLimit of the kubelet) or of the user " +
      "(RLIMIT_NPROC): koordinator needs 7 beside the command's own",
  });
}

interface Interpreter {
  readonly kind: "script" | "program";
  readonly shown: string;
  readonly hasCarriageReturn: boolean;
}

function missingInterpreter(file: string, interpreter: Interpreter | undefined): KoordinatorError {
  if (interpreter === undefined) {
    return notFound(file, "its interpreter (#! line or dynamic loader) does not exist");
  }
  const { kind, shown, hasCarriageReturn } = interpreter;
  if (kind === "program") {
    return notFound(
      file,
      `its dynamic loader ${shown}, the interpreter of the program, does not exist`,
      "it was built for another distribution (glibc or musl): take one for this image, or a static one",
    );
  }
  return hasCarriageReturn
    ? notFound(
      file,
      `its interpreter ${shown} does not exist: the #! line ends in a carriage return`,
      "it was saved with Windows line ends: save it with Unix ones (dos2unix)",
    )
    : notFound(
      file,
      `its interpreter ${shown} (#! line) does not exist`,
      "name one in the #! line that the image has",
    );
}

function whyNoProgram(file: string): readonly [why: string, hint: string] {
  const head = read(file, 0, HEAD);
  if (head === undefined) return ["not a program that this machine can execute", "is it one?"];
  if (head.byteLength === 0) return ["is empty", "it was not copied whole, or never written"];
  if (head.byteLength >= 20 && head.getUint32(0) === ELF_MAGIC) {
    const machine = head.getUint16(18, true);
    if (machine === OWN_MACHINE) return ["is a damaged program", "copy it anew"];
    return [
      `is a program for ${MACHINES[machine] ?? "another machine"}, this one is ${Deno.build.arch}`,
      "take the image for this architecture",
    ];
  }
  return [
    "not a program, and as a script it has no #! line",
    `begin it with a line such as #!/bin/sh, or run it by its shell: sh ${file}`,
  ];
}

/** What the kernel starts to run a file; undefined where that cannot be read. */
function interpreterOf(file: string): Interpreter | undefined {
  const head = read(file, 0, HEAD);
  if (head === undefined || head.byteLength < 2) return undefined;
  const text = decode(head);
  if (text.startsWith("#!")) {
    const [line = ""] = text.slice(2).split("\n");
    const [path = ""] = line.trimStart().split(/[ \t]/);
    return { kind: "script", shown: quoted(path), hasCarriageReturn: path.endsWith("\r") };
  }
  const path = dynamicLoaderOf(file);
  return path === undefined
    ? undefined
    : { kind: "program", shown: quoted(path), hasCarriageReturn: false };
}

/** Of the program headers of an ELF file the one that names its dynamic loader (elf(5)). */
function dynamicLoaderOf(file: string): string | undefined {
  const header = read(file, 0, 64);
  if (header === undefined || header.byteLength < 64 || header.getUint32(0) !== ELF_MAGIC) {
    return undefined;
  }
  const start = Number(header.getBigUint64(32, true));
  const size = header.getUint16(54, true);
  const count = header.getUint16(56, true);
  const table = read(file, start, size * count);
  for (let at = 0; table !== undefined && size >= 56 && at + 56 <= table.byteLength; at += size) {
    if (table.getUint32(at, true) !== PT_INTERP) continue;
    const length = Number(table.getBigUint64(at + 32, true));
    const path = length > LONGEST_PATH
      ? undefined
      : read(file, Number(table.getBigUint64(at + 8, true)), length);
    return path === undefined ? undefined : decode(path).replace(/\0.*/s, "");
  }
  return undefined;
}

function decode(bytes: DataView<ArrayBuffer>): string {
  return new TextDecoder().decode(bytes);
}

function read(file: string, start: number, length: number): DataView<ArrayBuffer> | undefined {
  try {
    using open = Deno.openSync(file);
    open.seekSync(start, Deno.SeekMode.Start);
    const bytes = new Uint8Array(length);
    return new DataView(bytes.buffer, 0, open.readSync(bytes) ?? 0);
  } catch {
    // It may be executed and not be read.
    return undefined;
  }
}
