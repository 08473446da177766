/** `deno task workflows`: validates the workflows of GitHub with actionlint, which is built from its Go module once. */
import { fileURLToPath } from "node:url";
import { exists, onPath, output } from "./e2e/output.ts";

/** The version that is built. */
const ACTIONLINT_VERSION = "v1.7.12";

/** What is wrong with workflows, or why nobody can tell. */
export interface Verdict {
  /** What actionlint found, as it prints it; empty when all is well. */
  readonly faults: string;
  /** Why nothing was validated; undefined when it was. */
  readonly skipped?: string;
}

/**
 * Validates workflows.
 * @param files their paths
 * @param cache the folder that keeps what was built
 * @throws {Error} when actionlint can't be built with the Go that is there
 */
export async function validateWorkflows(
  files: readonly string[],
  cache: string,
): Promise<Verdict> {
  const folder = `${cache}/actionlint-${ACTIONLINT_VERSION}`;
  const actionlint = `${folder}/actionlint`;
  if (!await exists(actionlint)) {
    const lack = await lackOfGo();
    if (lack !== undefined) {
      return {
        faults: "",
        skipped: `actionlint ${ACTIONLINT_VERSION} has to be built and ${lack}`,
      };
    }
    await Deno.mkdir(folder, { recursive: true });
    const module = "github.com/rhysd/actionlint/cmd/actionlint";
    await output(["go", "install", `${module}@${ACTIONLINT_VERSION}`], {
      env: { CGO_ENABLED: "0", GOBIN: folder },
    });
  }
  // Without the linters of scripts that may be on this machine: the same verdict everywhere.
  const { code, stdout, stderr } = await new Deno.Command(actionlint, {
    args: ["-no-color", "-shellcheck=", "-pyflakes=", ...files],
  }).output();
  const text = new TextDecoder();
  if (code > 1) throw new Error(`actionlint ended with ${code}: ${text.decode(stderr)}`);
  return { faults: text.decode(stdout) };
}

/** Why the Go of this machine cannot build actionlint; undefined if it can. */
export async function lackOfGo(): Promise<string | undefined> {
  if (!await onPath("go")) return 'there is no "go" on the PATH';
  return isTooOld(await output(["go", "env", "GOVERSION"]));
}

/**
 * Whether a Go is older than the first that fetches what a module asks for (https://go.dev/doc/toolchain),
 * in words.
 *
 * @param version as `go env GOVERSION` prints it
 */
export function isTooOld(version: string): string | undefined {
  const [, major, minor] = /^go(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || Number(major) > 1 || Number(minor) >= 21) return undefined;
  return `${version.trim()} is too old for it: Go 1.21 is the first that fetches a newer one`;
}

if (import.meta.main) {
  const repository = fileURLToPath(new URL("..", import.meta.url));
  const folder = `${repository}.github/workflows`;
  const files = [...Deno.readDirSync(folder)].map(({ name }) => `${folder}/${name}`).sort();
  const { faults, skipped } = await validateWorkflows(files, `${repository}.cache`);
  if (skipped !== undefined) console.error(`\n!!! WORKFLOWS NOT VALIDATED: ${skipped}\n`);
  else if (faults === "") console.error(`Validated ${files.length} workflows`);
  else console.error(faults.trimEnd());
  Deno.exit(faults === "" ? 0 : 1);
}
