/** What the probe has told in its log. */

/** Milliseconds since 1970, with fractions, of each event of one container. */
export interface Stamps {
  readonly started?: number;
  readonly ready?: number;
  readonly terminated?: number;
  readonly ended?: number;
}

/**
 * Reads the log of a pod as `kubectl logs --all-containers --prefix` prints it.
 * @returns the stamps of each container, by name
 */
export function readStamps(log: string): { readonly main: Stamps; readonly proxy: Stamps } {
  const of = (container: string): Stamps =>
    Object.fromEntries(
      [...log.matchAll(/^\[pod\/[^/]+\/([^\]]+)\] probe (\w+) (\d+)$/gm)]
        .filter(([, name]) => name === container)
        .map(([, , event = "", microseconds]) => [event, Number(microseconds) / 1000]),
    );
  return { main: of("main"), proxy: of("proxy") };
}

/** From one moment to another, if both came. */
export function between(from: number | undefined, to: number | undefined): readonly number[] {
  return from === undefined || to === undefined ? [] : [to - from];
}
