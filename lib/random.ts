/**
 * A number that nobody can foresee, uniform in [0, 1). Math.random is the same at every start of the
 * executable, whose V8 has a fixed seed: all pods would come back in step.
 */
export function uniform(): number {
  const [bits = 0] = crypto.getRandomValues(new Uint32Array(1));
  return bits / 2 ** 32;
}

/** A name that nobody can foresee: 16 hexadecimal digits. */
export function unforeseeable(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(8));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
