import { type Figure, measured, type MicroFigures } from "./figures.ts";

/** The figures in the order of the table. */
const FIGURES = {
  "launch-none": ["launch, nothing asked", "ms", "tini's"],
  "launch-empty": ["launch, spec {}", "ms", "1.1 times an empty program's"],
  "launch-supervised": ["launch, supervised", "ms", "1.1 times an empty program's"],
  "launch-gate": ["launch, gate met at once", "ms", ""],
  "first-request": ["exec to first request", "ms", ""],
  "watch-request": ["exec to watch request", "ms", "30"],
  "event-to-exec": ["event to exec", "ms", "0.99"],
  "stop-to-term": ["stop event to SIGTERM", "ms", "0.83"],
  "end-to-end": ["command's end to supervisor's end, after a rest", "ms", "0.79"],
  "end-supervised": ["command's end to supervisor's end, at once", "ms", "0.79"],
  "launch-cpu": ["CPU of an event and a launch", "ms", ""],
  "end-cpu": ["CPU of a stop and an end, with the kernel's teardown", "ms", ""],
  "idle-cpu": ["CPU of an idle minute", "ms", ""],
  "update-cpu": ["CPU of a pod update", "us", "394"],
  "anon-waiting": ["RssAnon, waiting", "kB", ""],
  "file-waiting": ["RssFile, waiting", "kB", ""],
  "pss-waiting": ["Pss, waiting", "kB", ""],
  "anon-running": ["RssAnon, running", "kB", ""],
  "file-running": ["RssFile, running", "kB", ""],
  "pss-running": ["Pss, running", "kB", ""],
  "size": ["size", "bytes", ""],
  "compressed": ["size, compressed by zstd", "bytes", ""],
} as const satisfies Readonly<Record<string, readonly [string, Figure["unit"], string]>>;

export type FigureId = keyof typeof FIGURES;

/** What was measured until now. */
export class Samples {
  readonly #settled = new Map<FigureId, Map<string, readonly number[]>>();
  #taken: { readonly id: FigureId; readonly contender: string; readonly value: number }[] = [];

  add(id: FigureId, contender: string, value: number): void {
    this.#taken.push({ id, contender, value });
  }

  /** Throws away what was taken since the last `settle`. */
  forget(): void {
    this.#taken = [];
  }

  /** Keeps what was taken. */
  settle(): void {
    for (const { id, contender, value } of this.#taken) {
      const known = this.#settled.get(id) ?? new Map<string, readonly number[]>();
      known.set(contender, [...known.get(contender) ?? [], value]);
      this.#settled.set(id, known);
    }
    this.#taken = [];
  }

  /** @param names the contenders, in the order in which they are to be shown */
  figures(names: readonly string[]): MicroFigures["figures"] {
    return Object.entries(FIGURES).flatMap(([id, [name, unit, goal]]) => {
      const [, taken] = [...this.#settled].find(([known]) => known === id) ?? [];
      if (taken === undefined) return [];
      return [{
        ...{ id, name, unit, goal },
        measured: names.flatMap((name) => {
          const samples = taken.get(name);
          return samples === undefined ? [] : [measured(name, samples)];
        }),
      }];
    });
  }
}
