import { assertEquals } from "@std/assert";
import { readManifest } from "../../lib/manifest/manifest.ts";
import type { Supervision } from "../../lib/manifest/workload.ts";
import { CALLS } from "../../lib/cli/calls.ts";
import { SUBCOMMANDS } from "../../lib/manifest/supervision.ts";

function supervisionOf(container: string, annotations = "{}"): Supervision | undefined {
  const text = `kind: Pod
metadata: {annotations: ${annotations}}
spec: {containers: [{name: a, ${container}}]}`;
  const { workloads: [pod], faults } = readManifest({ name: "f.yaml", text });
  assertEquals(faults, []);
  return pod?.pod.containers[0]?.supervision;
}

function summary(supervision: Supervision | undefined): string {
  if (supervision === undefined) return "nothing";
  const { kind } = supervision;
  if (kind === "notInFront") return `${kind} ${supervision.source.name}`;
  if (kind === "none" || kind === "disabled") return kind;
  const { spec } = supervision;
  switch (spec.kind) {
    case "absent":
      return `${kind} absent`;
    case "valid":
      return `${kind} ${spec.source.name} ${JSON.stringify(spec.spec.startDeps.length)} ${
        spec.spec.readiness?.kind ?? "no readiness"
      }`;
    case "invalid":
      return `${kind} invalid ${spec.source.name} ${
        spec.faults.map(({ path, message, ofKey }) =>
          `${path.join(".")}${ofKey ? "!" : ""}: ${message}`
        ).join("; ")
      }`;
    case "unseen":
      return `${kind} unseen ${spec.source.name} ${spec.from} at ${
        spec.source.path.slice(3).join(".")
      }`;
  }
}

const K = "/koordinator/koordinator";
const SPEC = `{name: KOORDINATOR_SPEC, value: '{"startDeps":["b"]}'}`;
const READY = `{name: KOORDINATOR_READINESS, value: '{"tcp":80}'}`;

/** A container's fields, and what stands in front of it. */
const CONTAINERS: readonly (readonly [string, string, string])[] = [
  ["nothing", "image: x", "none"],
  ["another command", "command: [sh]", "none"],
  ["koordinator without a spec", `command: [${K}, app]`, "inFront absent"],
  [
    "koordinator with a spec",
    `command: [${K}, app], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "three O's",
    `command: [${K}, app], env: [{name: KOOORDINATOR_SPEC, value: '{}'}]`,
    "inFront KOOORDINATOR_SPEC 0 no readiness",
  ],
  ["a path of another folder", "command: [/opt/koordinator, app]", "inFront absent"],
  ["no path", "command: [koordinator, app]", "inFront absent"],
  ["words behind --", `command: [${K}, --, copy]`, "inFront absent"],
  [
    "koordinator alone in command, the rest in args",
    `command: [${K}], args: [app]`,
    "inFront absent",
  ],
  [
    "koordinator in args, for an image without ENTRYPOINT",
    `args: [${K}, app], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  ["a subcommand", `command: [${K}, copy, /x]`, "none"],
  ["a subcommand in args", `command: [${K}], args: [copy, /x]`, "none"],
  ["an option", `command: [${K}, --version]`, "none"],
  ["koordinator with nothing behind it", `command: [${K}]`, "none"],
  ["another program of a like name", "command: [/opt/koordinator-x, app]", "none"],
  ["a spec and no koordinator", `command: [app], env: [${SPEC}]`, "notInFront KOORDINATOR_SPEC"],
  ["a spec and no command", `image: x, env: [${SPEC}]`, "notInFront KOORDINATOR_SPEC"],
  [
    "an init in front of koordinator",
    `command: [tini, --, ${K}, app], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "a shell that calls koordinator",
    `command: [sh, -c, 'exec ${K} app'], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "a shell that lists koordinator's folder",
    `command: [sh, -c, 'ls /koordinator/'], env: [${SPEC}]`,
    "notInFront KOORDINATOR_SPEC",
  ],
  [
    "disabled",
    `command: [${K}, app], env: [${SPEC}, {name: KOORDINATOR_DISABLED, value: ' true '}]`,
    "disabled",
  ],
  [
    "not disabled",
    `command: [${K}, app], env: [${SPEC}, {name: KOORDINATOR_DISABLED, value: 'false'}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "an empty spec",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: ' '}]`,
    "inFront absent",
  ],
  [
    "a spec from a ConfigMap",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, valueFrom: {configMapKeyRef: {name: c, key: k}}}]`,
    "inFront unseen KOORDINATOR_SPEC configMapKeyRef at env.0.valueFrom",
  ],
  [
    "variables from a Secret",
    `command: [${K}, app], envFrom: [{secretRef: {name: s}}]`,
    "inFront unseen KOORDINATOR_SPEC secretRef at envFrom",
  ],
  [
    "variables from a Secret beside a spec",
    `command: [${K}, app], envFrom: [{secretRef: {name: s}}], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "a reference that the kubelet replaces",
    `command: [${K}, app], env: [{name: B, value: b}, {name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "a reference to what is not in the manifest",
    `command: [${K}, app], env: [{name: B, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}, {name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}]`,
    "inFront unseen KOORDINATOR_SPEC $(B) at env.1.value",
  ],
  [
    "a reference to one that refers to what is not in the manifest",
    `command: [${K}, app], env: [{name: A, valueFrom: {fieldRef: {fieldPath: spec.nodeName}}}, {name: B, value: "b$(A)"}, {name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}]`,
    "inFront unseen KOORDINATOR_SPEC $(B) at env.2.value",
  ],
  [
    "a reference to what may be in a ConfigMap",
    `command: [${K}, app], envFrom: [{configMapRef: {name: c}}], env: [{name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}]`,
    "inFront unseen KOORDINATOR_SPEC $(B) at env.0.value",
  ],
  [
    "a reference to a service's variable",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: '{"startDeps":[{"tcp":"$(DB_SERVICE_HOST):5432"}]}'}]`,
    "inFront unseen KOORDINATOR_SPEC $(DB_SERVICE_HOST) at env.0.value",
  ],
  [
    "a whole spec in another variable",
    `command: [${K}, app], env: [{name: B, value: '{"startDeps":["b"]}'}, {name: KOORDINATOR_SPEC, value: "$(B)"}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "a spec that is wrong by what it refers to",
    `command: [${K}, app], env: [{name: B, value: 'B'}, {name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}]`,
    'inFront invalid KOORDINATOR_SPEC startDeps.0: expected a container name (lower case, digits, -), found "B"',
  ],
  [
    "koordinator's path in a variable",
    `command: ["$(B)/koordinator", app], env: [{name: B, value: /koordinator}]`,
    "inFront absent",
  ],
  [
    "a reference to what is not set before",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: '{"startDeps":["$(B)"]}'}, {name: B, value: b}]`,
    `inFront invalid KOORDINATOR_SPEC startDeps.0: expected a container name (lower case, digits, -), found "$(B)": a variable that nobody has replaced by its value`,
  ],
  [
    "the last of two specs",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: 'x'}, ${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "two variables that are the same",
    `command: [${K}, app], env: [{name: KOOORDINATOR_SPEC, value: ' {"startDeps":["b"]}'}, ${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "two variables that differ",
    `command: [${K}, app], env: [{name: KOOORDINATOR_SPEC, value: '{}'}, ${SPEC}]`,
    "inFront invalid KOORDINATOR_SPEC : KOORDINATOR_SPEC and KOOORDINATOR_SPEC are both set and differ",
  ],
  [
    "a spec that is no JSON",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: '{"startDeps" 1}'}]`,
    "inFront invalid KOORDINATOR_SPEC : a colon is missing after a key",
  ],
  [
    "an unknown key",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: '{"afterExit":[], "restart":{"polic":"never"}}'}]`,
    `inFront invalid KOORDINATOR_SPEC restart.policy: missing; restart.polic!: unknown key, did you mean "policy"? (the keys here: policy, maxRetries, backoff)`,
  ],
  [
    "readiness from outside",
    `command: [${K}, app], env: [${SPEC}, ${READY}]`,
    "inFront KOORDINATOR_SPEC 1 tcp",
  ],
  [
    "readiness from outside of no spec",
    `command: [${K}, app], env: [${READY}]`,
    "inFront KOORDINATOR_READINESS 0 tcp",
  ],
  [
    "readiness inside and outside",
    `command: [${K}, app], env: [{name: KOORDINATOR_SPEC, value: '{"readiness":{"file":"/x"}}'}, ${READY}]`,
    "inFront KOORDINATOR_SPEC 0 file",
  ],
  [
    "readiness that is none",
    `command: [${K}, app], env: [{name: KOORDINATOR_READINESS, value: '{"tcp":0}'}]`,
    `inFront invalid KOORDINATOR_READINESS tcp: expected a port from 1 to 65535, found 0`,
  ],
];

for (const [name, container, expected] of CONTAINERS) {
  Deno.test(`a container with ${name} is seen as ${expected.split(" ", 2).join(" ")}`, () => {
    assertEquals(summary(supervisionOf(container)), expected);
  });
}

const ANNOTATIONS = `{spec.koordinator/a: '{"stopDeps":["b"]}'}`;

/** A container's fields beside an annotation. */
const ANNOTATED: readonly (readonly [string, string, string])[] = [
  ["its own command", "command: [app]", "annotated spec.koordinator/a 0 no readiness"],
  ["no command", "image: x", "annotated spec.koordinator/a 0 no readiness"],
  [
    "koordinator in front already",
    `command: [${K}, app]`,
    "annotated spec.koordinator/a 0 no readiness",
  ],
  [
    "koordinator and a variable already",
    `command: [${K}, app], env: [${SPEC}]`,
    "inFront KOORDINATOR_SPEC 1 no readiness",
  ],
  [
    "readiness from outside",
    `command: [app], env: [${READY}]`,
    "annotated spec.koordinator/a 0 tcp",
  ],
  [
    "the off switch",
    "command: [app], env: [{name: KOORDINATOR_DISABLED, value: 'true'}]",
    "disabled",
  ],
];

for (const [name, container, expected] of ANNOTATED) {
  Deno.test(`an annotated container with ${name} is seen as ${expected.split(" ", 2).join(" ")}`, () => {
    assertEquals(summary(supervisionOf(container, ANNOTATIONS)), expected);
  });
}

Deno.test("an annotation's place is its own", () => {
  const supervision = supervisionOf("command: [app]", ANNOTATIONS);
  assertEquals(
    supervision?.kind === "annotated" && supervision.spec.kind === "valid" &&
      supervision.spec.source.path,
    ["metadata", "annotations", "spec.koordinator/a"],
  );
});

Deno.test("every subcommand is known to be none of the commands that are supervised", () => {
  const words = CALLS.map(({ words }) => words.split(" ")[0] ?? "").filter((word) =>
    /^[a-z]/.test(word)
  );
  assertEquals(words.filter((word) => !SUBCOMMANDS.has(word)), []);
});
