/** Runs the commands of a page as they are printed there, and looks for what it says they print. */
import { assert } from "@std/assert";
import { type Block, blocksOf, type Page } from "../../docs/pages.ts";

/** Commands of a page, and what it shows of what they print. */
export interface Printed {
  readonly commands: string;
  readonly line: number;
  /** The lines shown; `...` stands for others. */
  readonly shown: readonly string[];
}

/** The commands of a page in order, each with the block of text that follows. */
export function printedOf(page: Page): readonly Printed[] {
  const blocks = blocksOf(page);
  return blocks.flatMap((block, at) => {
    if (block.language !== "sh") return [];
    const next: Block | undefined = blocks[at + 1];
    const shown = next?.language === "text" ? next.text.trimEnd().split("\n") : [];
    return [{
      commands: block.text,
      line: block.line,
      shown: shown.filter((line) => line !== "..."),
    }];
  });
}

/**
 * Runs commands, and asserts that all lines that are shown are printed, whatever times and numbers they
 * have. A failure is expected where an error is shown.
 *
 * @param programs the folder of programs that stand before all others
 */
export async function runPrinted(
  { commands, line, shown }: Printed,
  { cwd, programs }: { readonly cwd: string; readonly programs: string },
): Promise<void> {
  const script = `exec 2>&1\n${commands}`;
  const path = `${programs}:${Deno.env.get("PATH") ?? ""}`;
  const { code, stdout } = await new Deno.Command("bash", {
    args: ["-c", script],
    cwd,
    env: { PATH: path, NO_COLOR: "1" },
  }).output();
  const printed = new TextDecoder().decode(stdout);
  const fails = shown.some((text) => text.startsWith("error: "));
  assert((code !== 0) === fails, `line ${line} ended with ${code}:\n${commands}\n${printed}`);
  const lines = new Set(printed.split("\n").map(withoutNumbers));
  const missing = shown.filter((text) => !lines.has(withoutNumbers(text)));
  assert(
    missing.length === 0,
    `line ${line}, not printed:\n${missing.join("\n")}\nbut:\n${printed}`,
  );
}

/** A line without what differs from run to run: times, numbers, a pod's last letters, the width of columns. */
function withoutNumbers(line: string): string {
  return line.replaceAll(/\bfirst-[a-z0-9]{5}\b/g, "first-POD")
    .replaceAll(/\b\d[\d.:TZ-]*(?:ms|s|m|h)?(?:\d+(?:ms|s|m))*\b/g, "N")
    .replaceAll(/\s+/g, " ").trim();
}
