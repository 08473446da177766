import { assertEquals } from "@std/assert";
import { type ReleaseFacts, releaseFaults, releaseNotes } from "../../tools/release/faults.ts";

const CHANGELOG = `# Changelog

## [Unreleased]

## [1.2.3] - 2026-01-31

### Added

- A thing.

## [1.2.2] - 2026-01-01

- Older.

[1.2.3]: compare
`;

const FACTS: ReleaseFacts = {
  version: "1.2.3",
  packageVersion: "1.2.3",
  changelog: CHANGELOG,
  changes: [],
  tags: [],
};

Deno.test("a clean checkout whose versions agree may be released, tagged or not", () => {
  assertEquals(releaseFaults(FACTS), []);
  assertEquals(releaseFaults({ ...FACTS, tags: ["v1.2.3", "latest"] }), []);
});

const REFUSED: readonly (readonly [why: string, wrong: Partial<ReleaseFacts>, fault: string])[] = [
  [
    "deno.json has another version",
    { packageVersion: "1.2.2" },
    "deno.json says 1.2.2, lib/version.ts 1.2.3: make them the same",
  ],
  [
    "the changelog has no section for it",
    { changelog: "## [Unreleased]\n\n- A thing.\n" },
    'CHANGELOG.md has no section for it: write "## [1.2.3] - YYYY-MM-DD" with its changes',
  ],
  [
    "its section in the changelog has no date",
    { changelog: "## [1.2.3]\n\n- A thing.\n" },
    'CHANGELOG.md has no section for it: write "## [1.2.3] - YYYY-MM-DD" with its changes',
  ],
  [
    "its section in the changelog is empty",
    { changelog: "## [1.2.3] - 2026-01-31\n\n## [1.2.2] - 2026-01-01\n\n- Older.\n" },
    'CHANGELOG.md has no section for it: write "## [1.2.3] - YYYY-MM-DD" with its changes',
  ],
  [
    "files are changed",
    { changes: [" M main.ts", "?? a", "?? b", "?? c", "?? d", "?? e", "?? f"] },
    "the checkout has changes: commit or stash them: M main.ts, ?? a, ?? b, ?? c, ?? d, and 2 more",
  ],
  [
    "the commit has the tag of another version",
    { tags: ["v1.2.4"] },
    "the commit is tagged v1.2.4, not v1.2.3: correct one of them",
  ],
];

for (const [why, wrong, fault] of REFUSED) {
  Deno.test(`a release is refused when ${why}`, () => {
    assertEquals(releaseFaults({ ...FACTS, ...wrong }), [fault]);
  });
}

Deno.test("a release is refused when its version is none", () => {
  const changelog = CHANGELOG.replace("1.2.3", "1.2");
  const facts = { ...FACTS, version: "1.2", packageVersion: "1.2", changelog };
  assertEquals(releaseFaults(facts), [
    "lib/version.ts says 1.2, which is no version: write it like 1.2.3",
  ]);
});

Deno.test("all that is wrong is told at once", () => {
  const wrong = { packageVersion: "0.0.0", changelog: "", changes: ["?? a"], tags: ["v9.9.9"] };
  assertEquals(releaseFaults({ ...FACTS, ...wrong }).length, 4);
});

Deno.test("the notes of a release are its section of the changelog", () => {
  assertEquals(releaseNotes(CHANGELOG, "1.2.3"), "### Added\n\n- A thing.\n");
  assertEquals(releaseNotes(CHANGELOG, "1.2.2"), "- Older.\n");
  assertEquals(releaseNotes(CHANGELOG, "1.2"), undefined);
});
