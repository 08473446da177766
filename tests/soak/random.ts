/** Numbers that look random and are the same for the same seed. */
export interface Random {
  /** An integer in [0, limit). */
  readonly below: (limit: number) => number;
  /** One of them. */
  readonly pick: <T>(from: readonly T[]) => T;
}

/**
 * Marsaglia's xorshift with 32 bits of state.
 *
 * @see https://www.jstatsoft.org/article/view/v008i14
 */
export function createRandom(seed: number): Random {
  // A state of zero would stay zero.
  let state = (Math.imul(seed, 2_654_435_761) >>> 0) || 1;
  const below = (limit: number) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
  return {
    below,
    pick: (from) => {
      const picked = from[below(from.length)];
      if (picked === undefined) throw new RangeError("there is nothing to pick from");
      return picked;
    },
  };
}
