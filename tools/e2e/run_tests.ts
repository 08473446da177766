/** Runs test files by `deno test` and reads from what it prints how many did what, and which were skipped. */

/** How many tests did what. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/** A test that did not run. */
export interface Skip {
  readonly test: string;
  readonly reason: string;
}

/** What became of a run. */
export interface Outcome {
  /** Undefined if not even a summary came of it. */
  readonly counts: Counts | undefined;
  readonly skips: readonly Skip[];
}

/** What {@linkcode runTests} runs, and how. */
export interface TestRun {
  readonly repository: string;
  /** Files and folders. */
  readonly paths: readonly string[];
  /** Added to the environment. */
  readonly env: Readonly<Record<string, string>>;
  /** Options of `deno test`. */
  readonly options: readonly string[];
  /** Is given all that is printed, as it comes. */
  readonly print: (text: string) => void;
}

/** Runs the tests to their end. */
export async function runTests(run: TestRun): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", ...run.options, ...run.paths],
    cwd: run.repository,
    env: { ...run.env, NO_COLOR: "1", DENO_JOBS: Deno.env.get("DENO_JOBS") ?? "4" },
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let printed = "";
  for await (const text of child.stdout.pipeThrough(new TextDecoderStream())) {
    run.print(text);
    printed += text;
  }
  await child.status;
  return { counts: countsIn(printed), skips: skipsIn(printed) };
}

function countsIn(printed: string): Counts | undefined {
  const summary =
    /(\d+) passed(?: \([^)]*\))? \| (\d+) failed(?: \([^)]*\))?(?: \| (\d+) ignored)?[^\n]*\n*$/;
  const found = summary.exec(printed);
  if (found === null) return undefined;
  const [, passed, failed, skipped] = found.map((count) => Number(count ?? 0));
  return { passed: passed ?? 0, failed: failed ?? 0, skipped: skipped ?? 0 };
}

/** The tests that were ignored; the reason stands in their names (`clusterTest`). */
export function skipsIn(printed: string): Skip[] {
  return printed.split("\n").flatMap((line) => {
    const [, name] = /^(?:\S+ => )?(.*) \.\.\. ignored \(/.exec(line) ?? [];
    if (name === undefined) return [];
    const [, test = name, reason = "no reason given"] = /^(.*) \(skipped: (.*)\)$/.exec(name) ?? [];
    return [{ test, reason }];
  });
}

/** The skipped tests below the reason that they share, as lines. */
export function listSkips(skips: readonly Skip[]): string[] {
  const reasons = Map.groupBy(skips, ({ reason }) => reason);
  return [...reasons].flatMap(([reason, those]) => [
    `skipped, ${reason}:`,
    ...those.map(({ test }) => `  ${test}`),
  ]);
}
