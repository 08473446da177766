import * as v from "valibot";
import { VERSION } from "../../lib/version.ts";
import type { ReleaseFacts } from "./faults.ts";

const Package = v.object({ version: v.string() });

/**
 * Looks at the checkout.
 *
 * @param repository the repository's folder, with a slash at its end
 * @throws {Error} if it is no git checkout
 */
export async function releaseFacts(repository: string): Promise<ReleaseFacts> {
  const text = (name: string) => Deno.readTextFile(`${repository}${name}`);
  return {
    version: VERSION,
    packageVersion: v.parse(Package, JSON.parse(await text("deno.json"))).version,
    changelog: await text("CHANGELOG.md"),
    changes: await git(repository, ["status", "--porcelain"]),
    tags: await git(repository, ["tag", "--points-at", "HEAD"]),
  };
}

/** The lines that git prints. */
async function git(repository: string, args: readonly string[]): Promise<readonly string[]> {
  const why = "a release is made of a git checkout";
  let result;
  try {
    result = await new Deno.Command("git", { args: ["-C", repository, ...args] }).output();
  } catch (cause) {
    throw new Error(`git cannot be run, and ${why}: install git`, { cause });
  }
  if (!result.success) {
    const said = new TextDecoder().decode(result.stderr).trim();
    throw new Error(`git ${args.join(" ")} failed, and ${why}: ${said}`);
  }
  return new TextDecoder().decode(result.stdout).split("\n").filter((line) => line !== "");
}
