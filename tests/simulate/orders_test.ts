import { assertEquals } from "@std/assert";
import { explore } from "../../lib/simulate/explore.ts";
import { countOrders, formatOrders, type Orders } from "../../lib/simulate/orders.ts";
import { createModel } from "../../lib/simulate/model.ts";
import { MAIN, pod, PROXY } from "./workloads.ts";

const { initial } = createModel(pod({ containers: [PROXY, MAIN] }));

/** Counts in a graph of so many states that these steps join. */
function counted(states: number, steps: readonly (readonly [from: number, to: number])[]): Orders {
  return countOrders({
    states: Array.from({ length: states }, () => initial),
    from: steps.map(([from]) => from),
    to: steps.map(([, to]) => to),
  });
}

Deno.test("orders are ways from the beginning to an end", () => {
  assertEquals(counted(1, []), { count: 1, more: false });
  assertEquals(counted(3, [[0, 1], [1, 2]]), { count: 1, more: false });
  assertEquals(counted(4, [[0, 1], [0, 2], [1, 3], [2, 3], [0, 3]]), { count: 3, more: false });
  // Two events that lead from one state to the same one are two orders.
  assertEquals(counted(3, [[0, 1], [0, 1], [1, 2], [1, 2]]), { count: 4, more: false });
});

Deno.test("where there is a circle there are more orders than are counted", () => {
  assertEquals(counted(3, [[0, 1], [1, 0], [1, 2]]), { count: 1, more: true });
  assertEquals(counted(2, [[0, 1], [1, 1]]), { count: 1, more: true });
});

Deno.test("twenty choices between two one after the other are a million orders", () => {
  const steps = Array.from({ length: 20 }, (_, at) => [[at, at + 1], [at, at + 1]] as const);
  assertEquals(counted(21, steps.flat()), { count: 2 ** 20, more: false });
});

Deno.test("numbers of orders are written as one reads them, and never too high", () => {
  const write = (count: number, more = false) => formatOrders({ count, more });
  assertEquals(write(1_302), "1,302");
  assertEquals(write(2_199_999), "2.1 million");
  assertEquals(write(3_000_000_000), "3 billion");
  assertEquals(write(1.29e12, true), "more than 1.2 trillion");
  assertEquals(write(9.9e25), "10^25");
});

Deno.test("outages of the API server are among the orders of who asks it, and of nobody else", () => {
  const containers = [PROXY, MAIN];
  const asking = explore(pod({ containers }));
  assertEquals([asking.life.outages, asking.deletion.outages], [true, true]);
  const alone = explore(pod({ containers, token: false, stateDirectory: true }));
  assertEquals([alone.life.outages, alone.deletion.outages], [undefined, undefined]);
});
