/** The largest page of arm64 kernels; x86_64 has 4096, of which it is a multiple. */
export const PAGE = 65536;

/** The next multiple of a size that is a power of two, of the largest page by default. */
export function align(value: number, to: number = PAGE): number {
  return Math.ceil(value / to) * to;
}

/** Bytes, with zeros behind them up to a size. */
export function resized(bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(size);
  whole.set(bytes);
  return whole;
}

/** One behind the other. */
export function concat(parts: readonly Uint8Array<ArrayBuffer>[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/**
 * Where bytes are first found in others.
 *
 * @throws {Error} if they are not among them
 */
export function indexOf(bytes: Uint8Array, wanted: Uint8Array): number {
  for (let at = 0; at + wanted.length <= bytes.length; at++) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) return at;
  }
  throw new Error(`${new TextDecoder().decode(wanted)} is nowhere in it`);
}
