/** The faults that take as long as koordinator's own patience, at its real length. */
import { SLOW_ROWS } from "../support/faults.ts";
import { playRunning, playWaiting } from "../support/played.ts";

Deno.test("koordinator does its job in spite of what nobody answers", async (test) => {
  await Promise.all(SLOW_ROWS.map(({ fault, inject, says }) =>
    test.step({
      name: `koordinator does its job in spite of: ${fault}`,
      sanitizeOps: false,
      sanitizeResources: false,
      sanitizeExit: false,
      fn: async () => {
        const meanwhile = ({ server }: { readonly server: { readonly faulted: Promise<void> } }) =>
          server.faulted;
        await Promise.all([
          playWaiting({ inject }, says, meanwhile),
          playRunning({ inject }, says, meanwhile),
        ]);
      },
    })
  ));
});
