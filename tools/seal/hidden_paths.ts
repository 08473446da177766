/** A file that a library would open, and whether the seal must find its name there. */
interface HiddenPath {
  readonly path: string;
  /** A name that is missing may be one that this version of the library does not know. */
  readonly required: boolean;
}

/** What ld.so would open of the image: libraries for every program, and where libraries are. */
const OF_INTERPRETER: readonly HiddenPath[] = [
  { path: "/etc/ld.so.preload", required: true },
  { path: "/etc/ld.so.cache", required: true },
  { path: "/etc/ld.so.nohwcap", required: false },
  { path: "/etc/suid-debug", required: false },
];

/**
 * What libc would open to find an address: which libraries do it, with which options, in which order,
 * and a daemon that does it. Without them names are looked up in /etc/hosts, then by /etc/resolv.conf,
 * which are the kubelet's.
 */
const OF_LIBC: readonly HiddenPath[] = [
  { path: "/etc/nsswitch.conf", required: true },
  { path: "/etc/host.conf", required: true },
  { path: "/etc/gai.conf", required: true },
  { path: "/var/run/nscd/socket", required: false },
];

/** Laid over the first letters of a path: a folder that the kernel's own /proc does not have. */
const NOWHERE = "/proc/-/";

/** Compilers keep a text that they copy in pieces of 16 bytes, whose first one is enough. */
const PIECE = 16;

/** The default folders of ld.so, each a string of its own (SYSTEM_DIRS of glibc). */
const DEFAULT_FOLDER = /(?<=\0)\/(?:usr\/)?lib(?:x?32|64)?\/(?:[\w-]+\/)?(?=\0)/g;

/** What is no text (RFC 3629): nothing has such a name. For folders that are too short for {@linkcode NOWHERE}. */
const NO_TEXT = 0xff;

/**
 * The dynamic loader without what the image could tell it. The path of each file and of each default
 * folder leads nowhere.
 *
 * @throws {Error} if it has none of these paths
 */
export function blindInterpreter(library: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const blinded = hide(library, OF_INTERPRETER);
  const folders = [...textOf(library).matchAll(DEFAULT_FOLDER)];
  if (folders.length === 0) throw new Error("the dynamic loader names no default folder");
  for (const { index, 0: { length } } of folders) {
    if (length > NOWHERE.length) blinded.set(new TextEncoder().encode(NOWHERE), index);
    // ld.so insists on a slash at the beginning.
    else blinded.fill(NO_TEXT, index + 1, index + length - 1);
  }
  return blinded;
}

/**
 * The C library without what the image could tell it.
 *
 * @throws {Error} if it has none of these paths
 */
export function blindLibc(library: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return hide(library, OF_LIBC);
}

function hide(
  library: Uint8Array<ArrayBuffer>,
  paths: readonly HiddenPath[],
): Uint8Array<ArrayBuffer> {
  const hidden = library.slice();
  const text = textOf(library);
  for (const { path, required } of paths) {
    const piece = `${path}\0`.slice(0, PIECE);
    let at = text.indexOf(piece);
    if (at < 0 && required) throw new Error(`a library does not name ${path}`);
    for (; at >= 0; at = text.indexOf(piece, at + 1)) {
      hidden.set(new TextEncoder().encode(NOWHERE), at);
    }
  }
  return hidden;
}

/** One letter a byte. */
function textOf(bytes: Uint8Array<ArrayBuffer>): string {
  return new TextDecoder("latin1").decode(bytes);
}
