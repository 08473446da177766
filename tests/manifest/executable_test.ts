import { assertEquals } from "@std/assert";
import { stateDirectoryOf } from "../../lib/check/delivery.ts";
import { copiedTo } from "../../lib/manifest/executable.ts";
import { readManifest } from "../../lib/manifest/manifest.ts";
import { bringsKoordinator } from "../../lib/simulate/real_play.ts";
import { emptiedBy, shareOf, statePathOf } from "../../lib/simulate/shared_folder.ts";

/** An init container of other names, in a pod that calls koordinator from /k or from nowhere. */
const CASES: readonly (readonly [what: string, init: string, calls: boolean, to?: string])[] = [
  ["a command that copies", "command: [/koordinator, copy, /k]", false, "/k"],
  ["a command on PATH that copies", "command: [koordinator], args: [copy, /k]", false, "/k"],
  ["a command behind --", "command: [/koordinator, copy, --, /k]", false, "/k"],
  ["a command without a folder", "command: [/koordinator, copy]", true],
  ["a command with two folders", "command: [/koordinator, copy, /k, /l]", true],
  ["a command with an option", "command: [/koordinator, copy, --help]", true],
  ["another call of koordinator", "command: [/koordinator, version]", true],
  ["another command that copies", "command: [cp, copy, /k]", true],
  ["its image by name", "image: koordinator:1, args: [/k]", false, "/k"],
  ["its image, a folder behind --", "image: koordinator:1, args: [--, /k]", false, "/k"],
  ["its image, a folder with a slash", "image: koordinator:1, args: [/k/]", true, "/k/"],
  ["its image with two folders", "image: koordinator:1, args: [/k, /l]", true],
  ["its image with nothing", "image: koordinator:1", true],
  ["its image with an empty command", "image: koordinator:1, command: [], args: [/k]", false, "/k"],
  ["an entrypoint koordinator", "image: koordinator:1, args: [copy, /k]", false, "/k"],
  ["an image of another name, called from there", "image: tools:1, args: [/k]", true, "/k"],
  ["the same, a folder with a slash", "image: tools:1, args: [/k/]", true, "/k/"],
  ["an image of another name, not called", "image: tools:1, args: [/k]", false],
  ["an image of another name, called from elsewhere", "image: tools:1, args: [/l]", true],
  ["an image that is told a word", "image: koordinator-demo:1, args: [serve]", true],
];

for (const [what, init, calls, to] of CASES) {
  const where = calls ? "called from there" : "called from nowhere";
  Deno.test(`what brings koordinator into a pod: ${what}, ${where}: ${to ?? "nothing"}`, () => {
    const mounts = "volumeMounts: [{name: v, mountPath: /k}, {name: w, mountPath: /l}]";
    const command = calls ? "[/k/koordinator, /app]" : "[/app]";
    const { workloads: [workload], faults } = readManifest({
      name: "pod.yaml",
      text: `{kind: Pod, spec: {volumes: [{name: v, emptyDir: {}}, {name: w, emptyDir: {}}],
        initContainers: [{name: first, ${mounts}, ${init}}],
        containers: [{name: main, ${mounts}, command: ${command}}]}}`,
    });
    assertEquals(faults, []);
    const [first] = workload?.pod.containers ?? [];
    if (workload === undefined || first === undefined) throw new Error("no init container");
    const { pod } = workload;
    assertEquals(copiedTo(pod, first), to);
    assertEquals(bringsKoordinator(first, workload), to !== undefined);
    assertEquals(emptiedBy(pod, first), to === undefined ? undefined : "v:.koordinator");
  });
}

Deno.test("only an init container brings koordinator into a pod", () => {
  const { workloads: [workload] } = readManifest({
    name: "pod.yaml",
    text: "{kind: Pod, spec: {containers: [{name: a, command: [/koordinator, copy, /k]}]}}",
  });
  const { pod } = workload ?? {};
  assertEquals(pod?.containers.map((each) => copiedTo(pod, each)), [undefined]);
});

const STATE_DIRECTORIES: readonly (readonly [what: string, env: string, is?: string])[] = [
  ["no variable", "", "/k/.koordinator"],
  ["an empty variable", '{name: KOORDINATOR_STATE_DIR, value: " "}', "/k/.koordinator"],
  ["a variable", "{name: KOORDINATOR_STATE_DIR, value: /l/s}", "/l/s"],
  [
    "two variables, of which the last counts",
    "{name: KOORDINATOR_STATE_DIR, value: /a}, {name: KOORDINATOR_STATE_DIR, value: /l/s}",
    "/l/s",
  ],
  [
    "a variable that is not in the manifest",
    "{name: KOORDINATOR_STATE_DIR, valueFrom: {configMapKeyRef: {name: c, key: k}}}",
  ],
];

for (const [what, env, is] of STATE_DIRECTORIES) {
  Deno.test(`check and simulate take the same state directory of ${what}: ${is ?? "unknown"}`, () => {
    const { workloads: [workload], faults } = readManifest({
      name: "pod.yaml",
      text: `{kind: Pod, spec: {volumes: [{name: v, emptyDir: {}}], containers: [{name: main,
        volumeMounts: [{name: v, mountPath: /k}, {name: v, mountPath: /l, subPath: p}],
        command: [/k/koordinator, /app], env: [${env}]}]}}`,
    });
    assertEquals(faults, []);
    const [container] = workload?.pod.containers ?? [];
    if (workload === undefined || container === undefined) throw new Error("no container");
    const { pod } = workload;
    const folder = is === "/l/s" ? "p/s" : ".koordinator";
    assertEquals(statePathOf(container), is);
    assertEquals(
      stateDirectoryOf(pod, { container, injected: false }),
      is === undefined ? { kind: "unknown" } : { kind: "on", volume: "v", folder },
    );
    assertEquals(shareOf(pod, container), `v:${folder}`);
  });
}
