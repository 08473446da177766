/** The container engine that kind is to use, found as kind finds it, but for one that doesn't answer. */
import { onPath, output } from "./output.ts";

/** An engine that answers. */
export interface Engine {
  /** The program to call, and what KIND_EXPERIMENTAL_PROVIDER is to be. */
  readonly program: string;
  /** As the program tells it: `podman version 4.3.1`. */
  readonly version: string;
}

/** No engine answers; why not, one line for each that was asked. */
export interface NoEngine {
  readonly missing: readonly string[];
}

/**
 * Those that kind looks for, in its order, with the word by which it knows them: Podman called `docker`
 * says `docker version` (pkg/cluster/provider.go, DetectNodeProvider).
 */
const KNOWN: ReadonlyMap<string, string> = new Map([
  ["docker", "Docker version"],
  ["nerdctl", "nerdctl version"],
  ["podman", "podman version"],
]);

/** How long an engine may take to answer, in ms: a daemon may be there and hang. */
const PATIENCE = 30_000;

/**
 * Finds the engine: that of KIND_EXPERIMENTAL_PROVIDER, else the first that kind knows and that answers.
 * kind itself takes the first whose client is there, and fails where that client has no daemon.
 */
export async function findEngine(
  env: (name: string) => string | undefined,
): Promise<Engine | NoEngine> {
  const chosen = env("KIND_EXPERIMENTAL_PROVIDER");
  const missing: string[] = [];
  const programs = chosen ? [[chosen, ""] as const] : KNOWN;
  for (const [program, word] of programs) {
    const asked = await ask(program, word);
    if ("program" in asked) return asked;
    missing.push(`${program}: ${asked.trouble}`);
  }
  return { missing };
}

/** @param word how its version begins */
async function ask(program: string, word: string): Promise<Engine | { trouble: string }> {
  if (!await onPath(program)) return { trouble: "not on the PATH" };
  try {
    const signal = () => AbortSignal.timeout(PATIENCE);
    const version = firstLine(await output([program, "--version"], { signal: signal() }));
    if (!version.startsWith(word)) return { trouble: `is another program, "${version}"` };
    await output([program, "ps", "--quiet"], { signal: signal() });
    return { program, version };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { trouble: `does not answer: ${error.message.trim().split("\n").at(-1)}` };
  }
}

function firstLine(text: string): string {
  return text.trim().split("\n")[0] ?? "";
}
