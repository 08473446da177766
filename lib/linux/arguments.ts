/** What a byte that is no UTF-8 becomes in a text: the lone surrogate U+DC00 + byte, as in PEP 383. */
const RAW = 0xdc00;
const RAW_BYTE = /[\udc80-\udcff]/;

const ENCODER = new TextEncoder();

/** Whether a text stands for bytes that are no UTF-8: no path that Deno's own functions could take. */
export function hasRawBytes(text: string): boolean {
  return RAW_BYTE.test(text.replaceAll(/[\ud800-\udbff][\udc00-\udfff]/g, ""));
}

/** Bytes as text, from which {@linkcode encode} makes the same bytes again, whatever they are. */
export function decode(bytes: Uint8Array): string {
  try {
    return strictly(bytes);
  } catch {
    // Rare enough to be done letter by letter.
  }
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const [letter, length] = letterAt(bytes, at);
    text += letter;
    at += length;
  }
  return text;
}

/** Text as bytes: UTF-8, and raw bytes where {@linkcode decode} found them. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  if (!hasRawBytes(text)) return ENCODER.encode(text);
  const bytes: number[] = [];
  for (const letter of text) {
    if (hasRawBytes(letter)) bytes.push(letter.charCodeAt(0) - RAW);
    else bytes.push(...ENCODER.encode(letter));
  }
  return Uint8Array.from(bytes);
}

/**
 * The arguments byte for byte. Deno cannot hold one that is no UTF-8: the loader of the executable
 * shows it a copy with question marks, and /proc/self/cmdline has what was meant.
 *
 * @param args the arguments as Deno has them
 */
export function exactArguments(args: readonly string[]): readonly string[] {
  if (!Deno.build.standalone || !args.some((argument) => argument.includes("?"))) return args;
  const bytes = Deno.readFileSync("/proc/self/cmdline");
  const all: string[] = [];
  for (let from = 0, to; (to = bytes.indexOf(0, from)) >= 0; from = to + 1) {
    all.push(decode(bytes.subarray(from, to)));
  }
  return all.length < args.length ? args : all.slice(all.length - args.length);
}

function strictly(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
}

function letterAt(bytes: Uint8Array, at: number): readonly [string, number] {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return [strictly(bytes.subarray(at, at + length)), length];
    } catch {
      // Not a whole letter, or none.
    }
  }
  return [String.fromCharCode(RAW + (bytes[at] ?? 0)), 1];
}
