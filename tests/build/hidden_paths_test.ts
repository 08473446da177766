// Which paths of ld.so and libc the seal changes, and that it insists on them.
import { assertEquals, assertThrows } from "@std/assert";
import { blindInterpreter, blindLibc } from "../../tools/seal/hidden_paths.ts";

const PRELOAD = "/etc/ld.so.preload";
const CACHE = "/etc/ld.so.cache";
const FOLDERS = ["/lib/x86_64-linux-gnu/", "/usr/lib64/", "/lib/", "/lib64/", "/usr/lib/"];
const OF_LIBC = ["/etc/nsswitch.conf", "/etc/host.conf", "/etc/gai.conf"];

/** A library of these strings. */
function library(strings: readonly string[]): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(["ELF", ...strings, ""].join("\0"));
}

/** The strings of a library, one letter a byte. */
function stringsOf(bytes: Uint8Array<ArrayBuffer>): readonly string[] {
  return new TextDecoder("latin1").decode(bytes).split("\0").slice(1, -1);
}

Deno.test("each file and folder of the dynamic loader leads nowhere, and takes the room that it took", () => {
  const strings = [PRELOAD, CACHE, ...FOLDERS];
  const blinded = stringsOf(blindInterpreter(library(strings)));
  assertEquals(blinded, [
    "/proc/-/so.preload",
    "/proc/-/so.cache",
    "/proc/-/_64-linux-gnu/",
    "/proc/-/64/",
    "/ÿÿÿ/",
    "/ÿÿÿÿÿ/",
    "/proc/-//",
  ]);
  assertEquals(blinded.map(({ length }) => length), strings.map(({ length }) => length));
});

Deno.test("what a library names beside these stays as it is", () => {
  const others = ["/etc/hosts", "/etc/resolv.conf", "/usr/lib/gconv", "lib/", "/proc/self/maps"];
  const blinded = stringsOf(blindLibc(library([...OF_LIBC, ...others])));
  assertEquals(blinded.slice(OF_LIBC.length), others);
});

Deno.test("a piece of a path that the compiler cut off is changed as well", () => {
  const blinded = stringsOf(
    blindLibc(library([...OF_LIBC, "/etc/nsswitch.co", "/var/run/nscd/so"])),
  );
  assertEquals(blinded.slice(OF_LIBC.length), ["/proc/-/witch.co", "/proc/-//nscd/so"]);
});

for (const missing of [PRELOAD, CACHE, ...OF_LIBC]) {
  Deno.test(`a library that does not name ${missing} is not sealed`, () => {
    const rest = (paths: readonly string[]) => library(paths.filter((path) => path !== missing));
    const blind = OF_LIBC.includes(missing)
      ? () => blindLibc(rest(OF_LIBC))
      : () => blindInterpreter(rest([PRELOAD, CACHE, ...FOLDERS]));
    assertThrows(blind, Error, missing);
  });
}

Deno.test("a dynamic loader without a default folder is not sealed", () => {
  assertThrows(() => blindInterpreter(library([PRELOAD, CACHE])), Error, "no default folder");
});
