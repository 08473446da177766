/** One of several plays that do not touch each other. */
export interface Play {
  readonly name: string;
  readonly fn: () => Promise<void>;
}

/**
 * Plays several at a time, each a step of the test: what mostly waits for real time costs no more than
 * the longest.
 *
 * @param lanes how many at a time @default 12
 */
export async function sideBySide(
  test: Deno.TestContext,
  plays: readonly Play[],
  lanes = 12,
): Promise<void> {
  const left = plays.values();
  const lane = async () => {
    for (const { name, fn } of left) {
      // Resources and operations of the others come and go meanwhile.
      const sanitizers = { sanitizeOps: false, sanitizeResources: false, sanitizeExit: false };
      await test.step({ name, fn, ...sanitizers });
    }
  };
  await Promise.all(Array.from({ length: lanes }, lane));
}
