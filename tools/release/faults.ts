/** What a release is made of, as far as it can be wrong. */
export interface ReleaseFacts {
  /** koordinator's own version, of lib/version.ts. */
  readonly version: string;
  /** The version in deno.json. */
  readonly packageVersion: string;
  /** The text of CHANGELOG.md. */
  readonly changelog: string;
  /** What `git status --porcelain` prints. */
  readonly changes: readonly string[];
  /** The tags that stand on the commit. */
  readonly tags: readonly string[];
}

/** Semantic Versioning 2.0, without build metadata, which no image tag may have. */
const VERSION = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;
/** More changed files are not listed. */
const MAX_CHANGES = 5;

/** Why this may not be released; nothing if it may. Each says what is wrong and what to do. */
export function releaseFaults(facts: ReleaseFacts): readonly string[] {
  const { version, packageVersion, changelog, changes, tags } = facts;
  const faults: string[] = [];
  if (!VERSION.test(version)) {
    faults.push(`lib/version.ts says ${version}, which is no version: write it like 1.2.3`);
  }
  if (packageVersion !== version) {
    faults.push(
      `deno.json says ${packageVersion}, lib/version.ts ${version}: make them the same`,
    );
  }
  if (releaseNotes(changelog, version) === undefined) {
    faults.push(
      `CHANGELOG.md has no section for it: write "## [${version}] - YYYY-MM-DD" with its changes`,
    );
  }
  if (changes.length > 0) {
    const named = changes.slice(0, MAX_CHANGES).map((line) => line.trim()).join(", ");
    const more = changes.length > MAX_CHANGES ? `, and ${changes.length - MAX_CHANGES} more` : "";
    faults.push(`the checkout has changes: commit or stash them: ${named}${more}`);
  }
  const versions = tags.filter((tag) => /^v\d/.test(tag));
  if (versions.length > 0 && !versions.includes(`v${version}`)) {
    faults.push(
      `the commit is tagged ${versions.join(", ")}, not v${version}: correct one of them`,
    );
  }
  return faults;
}

/** What CHANGELOG.md says of a version; undefined if it has no dated section that says something. */
export function releaseNotes(changelog: string, version: string): string | undefined {
  const sections = changelog.split(/^## /m).slice(1);
  for (const section of sections) {
    const [heading = "", ...lines] = section.split("\n");
    if (/^\[(.*)\] - \d{4}-\d\d-\d\d$/.exec(heading.trim())?.[1] !== version) continue;
    // the addresses of headings stand at the end of the last section
    const text = lines.filter((line) => !/^\[[^\]]+\]: /.test(line)).join("\n").trim();
    return text === "" ? undefined : `${text}\n`;
  }
  return undefined;
}
