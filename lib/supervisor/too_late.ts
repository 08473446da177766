import { startsAfterEndOf } from "../pod/start_order.ts";
import { awaitedBy } from "./cycle.ts";
import type { Observations } from "./observations.ts";

/**
 * Why a container can never come to anything for an init container that waits for it: it, or one that
 * it waits for itself, is started only after that init container has ended. undefined if it can.
 */
export function whyTooLate(view: Observations, name: string): string | undefined {
  const { pod, self } = view;
  if (pod?.spec === undefined || self === undefined) return undefined;
  return visit([name]);

  function visit(path: readonly string[]): string | undefined {
    const last = path.at(-1);
    if (pod === undefined || self === undefined || last === undefined) return undefined;
    if (startsAfterEndOf(pod, self, last)) {
      const chain = path.length === 1 ? "it" : `${path.join(" waits for ")}, which`;
      return `${chain} is started only after this init container has ended`;
    }
    for (const { container } of awaitedBy(view, last)) {
      const why = path.includes(container) ? undefined : visit([...path, container]);
      if (why !== undefined) return why;
    }
    return undefined;
  }
}
