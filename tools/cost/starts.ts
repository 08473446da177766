/** How long two programs took, one after the other, in milliseconds. */
export interface Pair {
  readonly ours: number;
  readonly other: number;
}

/** A program as it is started: nothing else is in its environment. */
export interface Start {
  readonly argv: readonly [string, ...string[]];
  readonly env: Readonly<Record<string, string>>;
}

/**
 * Runs two programs to their ends, in turn, and in each order as often, so that what else the machine
 * does meets both.
 *
 * @param pairs how many runs of each, after one that does not count
 */
export async function compareStarts(
  ours: Start,
  other: Start,
  pairs: number,
): Promise<readonly Pair[]> {
  const results: Pair[] = [];
  for (let pair = 0; pair <= pairs; pair++) {
    const first = pair % 2 === 0 ? await run(ours) : await run(other);
    const second = pair % 2 === 0 ? await run(other) : await run(ours);
    if (pair === 0) continue;
    results.push(
      pair % 2 === 0 ? { ours: first, other: second } : { ours: second, other: first },
    );
  }
  return results;
}

async function run({ argv: [program, ...args], env }: Start): Promise<number> {
  const options = { args, env, clearEnv: true, stdout: "null", stderr: "null" } as const;
  const command = new Deno.Command(program, options);
  const startedAt = performance.now();
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`${program} failed`);
  return performance.now() - startedAt;
}
