/** Runs of several contenders, mixed, so that whatever else the machine does meets all of them. */

/** What is run, so often. */
export interface Runs<T> {
  readonly contenders: readonly T[];
  /** How often each is run. */
  readonly runs: (contender: T) => number;
  /** How many at a time, each some time after the one before. */
  readonly lanes: number;
  readonly laneOffsetMs: number;
  /** Told of a run that came to nothing: a cluster may have a bad moment. */
  readonly failed: (text: string) => void;
}

/** Of ten runs so many may come to nothing; more is no moment. */
const FAILURES_OF_TEN = 1;

/**
 * Runs all of them, round by round, each round in another order.
 * @param run one run; its number tells it from the others
 * @throws {Error} that of a run, if too many of them come to nothing
 */
export async function inRounds<T>(
  { contenders, runs, lanes, laneOffsetMs, failed }: Runs<T>,
  run: (contender: T, number: number) => Promise<void>,
): Promise<void> {
  const rounds = Math.max(...contenders.map(runs));
  const queue = Array.from({ length: rounds }, (_, round) => {
    const turn = round % contenders.length;
    const turned = [...contenders.slice(turn), ...contenders.slice(0, turn)];
    const inOrder = round % 2 === 0 ? turned : turned.toReversed();
    return inOrder.filter((contender) => round < runs(contender));
  }).flat();
  let [next, failures] = [0, 0];
  await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
    await new Promise((done) => setTimeout(done, lane * laneOffsetMs));
    for (;;) {
      const number = next++;
      const contender = queue[number];
      if (contender === undefined) return;
      try {
        await run(contender, number);
      } catch (error) {
        if (++failures > Math.ceil(queue.length * FAILURES_OF_TEN / 10)) throw error;
        failed(`a run came to nothing: ${error instanceof Error ? error.message : error}`);
      }
    }
  }));
}
