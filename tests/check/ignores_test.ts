import { assertEquals } from "@std/assert";
import { checkManifests } from "../../lib/check/check_manifests.ts";
import { commentsIn } from "../../lib/manifest/comments.ts";
import { readManifest } from "../../lib/manifest/manifest.ts";

/** A pod that waits for a container that is not there, with comments in its gaps. */
const pod = (gaps: {
  readonly top?: string;
  readonly container?: string;
  readonly env?: string;
  readonly above?: string;
  readonly beside?: string;
  readonly elsewhere?: string;
}) =>
  `${gaps.top ?? "#"}
apiVersion: v1
kind: Pod
metadata:
  name: p
spec:
  volumes:
    - {name: koordinator, image: {reference: koordinator}}
    - {name: state, emptyDir: {}}
  containers:
    ${gaps.elsewhere ?? "#"}
    - {name: other, image: busybox, command: [sleep, "1"]}
    ${gaps.container ?? "#"}
    - name: main
      image: busybox
      command: [/koordinator/koordinator, app]
      volumeMounts:
        - {name: koordinator, mountPath: /koordinator, subPath: bin}
        - {name: state, mountPath: /run/state}
      ${gaps.env ?? "#"}
      env:
        - {name: KOORDINATOR_STATE_DIR, value: /run/state/k}
        - name: KOORDINATOR_SPEC
          ${gaps.above ?? "#"}
          value: '{"startDeps":[{"container":"nobody","until":"started"}]}' ${gaps.beside ?? "#"}
`;

/** `line:column rule message` of each finding. */
function found(text: string): readonly string[] {
  const { diagnostics } = checkManifests([readManifest({ name: "p.yaml", text })]);
  return diagnostics.map(({ rule, message, range: { start } }) =>
    `${start.line}:${start.column} ${rule}${rule.endsWith("-ignore") ? ` ${message}` : ""}`
  );
}

const FINDING = "25:46 unknown-container";
const IGNORE = "# koordinator-ignore: unknown-container it is injected later";

/** Where a comment stands, and what is left. */
const IGNORES: readonly (readonly [string, Parameters<typeof pod>[0], ...string[]])[] = [
  ["no comment", {}, FINDING],
  ["a comment on the line", { beside: IGNORE }],
  ["a comment above the line", { above: IGNORE }],
  ["a comment above the list that it is in", { env: IGNORE }],
  ["a comment above the container", { container: IGNORE }],
  ["a comment above the pod", { top: IGNORE }],
  ["a comment above another comment", { container: `${IGNORE}\n    # and more\n` }],
  [
    "a comment above another container",
    { elsewhere: IGNORE },
    "11:5 unused-ignore unknown-container finds nothing here: the comment ignores nothing",
    FINDING,
  ],
  [
    "a comment about another rule",
    { above: "# koordinator-ignore: cycle it is none" },
    "24:11 unused-ignore cycle finds nothing here: the comment ignores nothing",
    FINDING,
  ],
  [
    "two rules, one of which finds something",
    { above: "# koordinator-ignore: cycle, unknown-container for both reasons" },
    "24:11 unused-ignore cycle finds nothing here: the comment ignores nothing",
  ],
  [
    "no reason",
    { above: "# koordinator-ignore: unknown-container" },
    "24:11 bare-ignore the comment does not say why",
  ],
  ["a reason behind a dash", { above: "#koordinator-ignore: unknown-container -- later" }],
  ["no colon", { above: "# koordinator-ignore unknown-container later" }],
  [
    "a rule that there is not",
    { above: "# koordinator-ignore: unknown-containers later" },
    '24:11 unused-ignore there is no rule "unknown-containers"',
    FINDING,
  ],
  [
    "no rule",
    { above: "# koordinator-ignore:" },
    "24:11 unused-ignore the comment ignores nothing: it names no rule",
    FINDING,
  ],
  ["another comment", { above: "# koordinator ignores nothing" }, FINDING],
  ["a rule that was not applied", { above: "# koordinator-ignore: hang never" }, FINDING],
];

for (const [name, gaps, ...expected] of IGNORES) {
  Deno.test(`with ${name}, what is found is ${expected.join(" and ") || "nothing"}`, () => {
    assertEquals(found(pod(gaps)), expected);
  });
}

Deno.test("the comments of a file are found, and nothing else that has a hash", () => {
  const text = `# one
a: b # two
c: "# no" # three
d: |
  # no
  x
  # no
e: 'it''s # no
  # no'
f: a#no
# four
g: >-  # five
  # no
h: [1, # six
  2]
---
# seven
`;
  assertEquals(
    commentsIn(text).map(({ text, line, column, about }) => `${text} ${line}:${column} ${about}`),
    [
      "one 1:1 2",
      "two 2:6 2",
      "three 3:11 3",
      "four 11:1 12",
      "five 12:8 12",
      "six 14:8 14",
      "seven 17:1 19",
    ],
  );
});
