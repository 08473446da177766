import { decode } from "./arguments.ts";
import { auxiliaryValue, cString, openLibc, WORD, word } from "./libc.ts";

/**
 * tools/seal/loader.c: its entries of the auxiliary vector (getauxval(3)), the environment that
 * koordinator was started with and the value of its PATH. What Deno and the C library find is another
 * one, with koordinator's own variables (tools/seal/environment.c).
 */
const AT_ENVIRONMENT = 0x6b6f6f77n;
const AT_SEARCH_PATH = 0x6b6f6f78n;

/** Where koordinator runs from its sources, and has one environment with its command. */
const ENVIRON_SYMBOLS = { environ: { type: "pointer" } } as const;
const GETENV_SYMBOLS = { getenv: { parameters: [WORD], result: "u64" } } as const;

let openedEnviron: Deno.DynamicLibrary<typeof ENVIRON_SYMBOLS>["symbols"] | undefined;
let openedGetenv: Deno.DynamicLibrary<typeof GETENV_SYMBOLS>["symbols"] | undefined;

/**
 * `char **environ` (environ(7)) for the command: every variable that koordinator was started with, byte
 * for byte and in order.
 */
export function environment(): bigint {
  const original = auxiliaryValue(AT_ENVIRONMENT);
  if (original !== 0n) return original;
  const { environ } = openedEnviron ??= openLibc(ENVIRON_SYMBOLS);
  return environ === null ? 0n : new Deno.UnsafePointerView(environ).getBigUint64();
}

/** The command's PATH, as {@linkcode decode} makes a text of it; undefined if it is not set. */
export function searchPath(): string | undefined {
  const path = auxiliaryValue(AT_ENVIRONMENT) === 0n
    ? getenv("PATH")
    : auxiliaryValue(AT_SEARCH_PATH);
  const pointer = Deno.UnsafePointer.create(path);
  return pointer === null ? undefined : textAt(new Deno.UnsafePointerView(pointer));
}

function getenv(name: string): bigint {
  const text = cString(name);
  openedGetenv ??= openLibc(GETENV_SYMBOLS);
  return openedGetenv.getenv(word(text));
}

/** What Deno makes of each byte that is no UTF-8. */
const REPLACEMENT = "\ufffd";

/** A C string. */
function textAt(view: Deno.UnsafePointerView): string {
  const text = view.getCString();
  if (!text.includes(REPLACEMENT)) return text;
  // Rare enough to be looked at byte by byte.
  let length = 0;
  while (view.getUint8(length) !== 0) length++;
  return decode(new Uint8Array(view.getArrayBuffer(length)));
}
