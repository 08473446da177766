/**
 * `deno task bench`: what koordinator costs its users and what it saves them, next to what they would
 * use instead, in one run on one machine. docs/performance.md shows the figures and says how to run it.
 */
import { fileURLToPath } from "node:url";
import config from "../deno.json" with { type: "json" };
import { measureParts } from "./bench/measure.ts";
import { readOptions, USAGE } from "./bench/options.ts";
import { partText, writePage } from "./bench/page.ts";
import { findLosses, recordRatios } from "./bench/quick.ts";
import { savedParts } from "./bench/saved.ts";

const REPOSITORY = fileURLToPath(new URL("..", import.meta.url)).replace(/\/$/, "");
const SAVED = `${REPOSITORY}/.cache/bench`;

const startedAt = performance.now();

function progress(text: string): void {
  const seconds = ((performance.now() - startedAt) / 1000).toFixed(0).padStart(4);
  console.error(`bench ${seconds} s: ${text}`);
}

async function bench(): Promise<number> {
  const options = readOptions(Deno.args);
  if (options === undefined) {
    console.error(USAGE);
    return 2;
  }
  if (options.quick) {
    if (options.record) {
      await recordRatios(REPOSITORY, config.version);
      return 0;
    }
    const losses = await findLosses(REPOSITORY);
    for (const loss of losses) console.error(`bench: lost: ${loss}`);
    return losses.length === 0 ? 0 : 1;
  }
  await using owned = new AsyncDisposableStack();
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      progress("gives back what it has made");
      owned.disposeAsync().finally(() => Deno.exit(130));
    });
  }
  const unmeasured = await measureParts(options, {
    repository: REPOSITORY,
    saved: SAVED,
    progress,
    owned,
  });
  const parts = await savedParts(SAVED);
  for (const [name, part] of parts) {
    console.log(`\n## ${name}\n\n${partText(name, part)}`);
  }
  for (const [name, why] of unmeasured) console.error(`bench: ${name} was not measured: ${why}`);
  if (options.write) await writePage(REPOSITORY, parts);
  return unmeasured.size === 0 ? 0 : 1;
}

try {
  Deno.exit(await bench());
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
