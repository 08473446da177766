import { expand } from "../pod/expansion.ts";
import type { EnvironmentVariable, Path } from "./workload.ts";

/** A variable as its author wrote it. */
export interface RawVariable {
  readonly name: string;
  readonly value: string | undefined;
  /** What it comes from, if not from the manifest. */
  readonly from: string | undefined;
  readonly path: Path;
}

/**
 * The variables of a container as its command gets them: each may refer to those before it. What is
 * brought in as a whole (`envFrom`), and what the kubelet adds for services, is there before all of them
 * and nobody knows what it holds.
 */
export function environmentOf(
  raw: readonly RawVariable[],
  hasOthers: boolean,
): readonly EnvironmentVariable[] {
  const before = new Map<string, string | undefined>();
  return raw.map(({ name, value: written, from, path }) => {
    const unseen: string[] = [];
    const filled = written === undefined ? undefined : expand(written, (referred) => {
      const value = before.get(referred);
      const isUnseen = before.has(referred)
        ? value === undefined
        : hasOthers || isService(referred);
      if (isUnseen) unseen.push(`$(${referred})`);
      return value;
    });
    const value = unseen.length > 0 ? undefined : filled;
    before.set(name, value);
    return { name, value, filled, written, from: from ?? unseen[0], path };
  });
}

/**
 * Whether the kubelet sets a variable of this name for a service of the namespace, if there is one.
 * https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
 */
function isService(name: string): boolean {
  return /^[A-Z0-9_]+_SERVICE_(HOST|PORT)(_[A-Z0-9_]+)?$/.test(name);
}
