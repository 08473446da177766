import type { InJson, Path, Workload } from "../manifest/workload.ts";

/**
 * How bad it is. `error`: it does not work. `warning`: it may not work, or not as it was meant. `note`:
 * it works, and could be simpler or be seen better; `--strict` does not count it.
 */
export type Severity = "error" | "warning" | "note";

/** What is said of a rule where its name alone is known. */
export interface RuleDescription {
  /** That of most of its findings; one of them may say less or more. */
  readonly severity: Severity;
  /** One sentence: what it finds. */
  readonly finds: string;
}

/**
 * Every rule by its id, which never changes: `# koordinator-ignore: ID` and SARIF name it. Each has a page
 * in docs/reference/checks/.
 */
export const RULES = {
  "unreadable": error(
    "A file or document cannot be read, or is no pod that Kubernetes would take.",
  ),
  "unused-ignore": warning("A comment ignores a rule that finds nothing there."),
  "bare-ignore": warning("A comment ignores a rule and does not say why."),

  "invalid-spec": error("A spec is not valid: koordinator would end with 125."),
  "invalid-variable": error("A variable of koordinator holds what it may not, or what is not so."),
  "near-miss": warning(
    "A variable or an annotation is a letter or two away from one of koordinator's.",
  ),
  "unseen-spec": warning("A spec comes from where check cannot look: it is not judged."),

  "unknown-container": error(
    "A spec or an annotation names a container that the pod does not have.",
  ),
  "self-dependency": error("A container depends on itself."),
  "cycle": error("Containers wait for each other in a circle: none is ever launched."),
  "waits-for-later": error(
    "An init container waits for one that is started only after it has ended.",
  ),
  "restarts-for-ever": warning(
    "A dependency asks for an end that the restart policy never grants.",
  ),

  "not-in-front": error("A container has a spec, and its command is not koordinator's."),
  "no-spec": warning(
    "koordinator stands in front of a command, has no spec, and nobody needs it there.",
  ),
  "no-command": warning(
    "A container has no `command`: koordinator cannot stand in front of the image's own.",
  ),

  "missing-volume": error("A mount names a volume that the pod does not have."),
  "missing-mount": error("koordinator is in a volume that this container does not mount there."),
  "missing-init-container": error(
    "No init container puts koordinator into the volume it is started from.",
  ),
  "not-executable-mount": error("koordinator cannot be written to, or started from, this volume."),
  "volume-too-small": error("koordinator does not fit into the volume that it is copied into."),
  "no-state-directory": error("The containers share no folder to write to, and need one."),
  "no-rights": warning(
    "A sibling can be seen by the API server alone, and nothing lets koordinator ask it.",
  ),

  "no-readiness": warning("A container is waited for to be ready, and nothing tells when it is."),
  "probe-kills-held": warning(
    "A probe kills the container while koordinator holds its command back.",
  ),
  "nobody-waits": warning("A sidecar tells when it is ready, and nobody waits for it."),
  "no-stop-dependency": warning(
    "A Job's sidecar has nothing that ends it: the Job would never complete.",
  ),
  "grace-too-short": warning("The pod's grace period is too short for the delays of a stop."),
  "unknown-grace-period": warning(
    "A supervisor cannot learn the pod's grace period, and takes it for 30 seconds.",
  ),
  "unseen-pre-stop": warning(
    "A sidecar cannot see that what it serves is still in its preStop hook.",
  ),
  "stop-signal": warning(
    "The kubelet stops the container with another signal than koordinator does.",
  ),
  "restart-all-containers": warning(
    "A restart rule starts all containers anew, whatever has ended.",
  ),
  "native-sidecar-would-do": note("A native sidecar does all that koordinator does in this pod."),

  "hang": error("In some order of events the pod never ends, or a container is never launched."),
  "starts-early": error("In some order a command is launched before what it depends on."),
  "never-started": warning(
    "In some order a command is never launched, and its container ends with 121.",
  ),
  "killed": warning("In some order a command has to be killed."),
  "wrong-job-result": error(
    "In some order the Job fails though its work was done, or the reverse.",
  ),
  "slow-deletion": warning(
    "In some order the pod's deletion takes the whole grace period and a SIGKILL.",
  ),
} as const satisfies Record<string, RuleDescription>;

/** The id of a rule. */
export type RuleId = keyof typeof RULES;

/** Whether a word is the id of a rule. */
export function isRuleId(word: string): word is RuleId {
  return Object.hasOwn(RULES, word);
}

/** Something that is wrong with a manifest. */
export interface Finding {
  readonly rule: RuleId;
  readonly severity: Severity;
  /** One sentence in the author's own names, without a full stop. */
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
  /** In the pod template, as `Workload.locate` takes it. */
  readonly path: Path;
  /** In the JSON that the text at `path` holds. */
  readonly inJson?: InJson;
  /** How it comes about, one event a line. */
  readonly story?: readonly string[];
}

/** Judges a workload; pure. */
export type Rule = (workload: Workload, surroundings: Surroundings) => readonly Finding[];

/** What the files that are checked together say beside the workloads. */
export interface Surroundings {
  /** Whether any Role, ClusterRole or binding stands in the files: then they are taken to be complete. */
  readonly hasRbac: boolean;
  readonly grants: readonly Grant[];
  readonly serviceAccounts: readonly ServiceAccount[];
}

/** What a RoleBinding or ClusterRoleBinding gives to one of its subjects, of pods. */
export interface Grant {
  readonly to:
    | {
      readonly kind: "serviceAccount";
      readonly name: string;
      readonly namespace: string | undefined;
    }
    /** `system:serviceaccounts`, `system:serviceaccounts:NAMESPACE`, `system:authenticated`. */
    | { readonly kind: "group"; readonly name: string };
  /** Of a ClusterRoleBinding `everywhere`; else the binding's namespace, undefined where it says none. */
  readonly in: { readonly namespace: string | undefined } | "everywhere";
  /** What may be done to pods, `*` included; undefined where the role is not in the files. */
  readonly verbs: readonly string[] | undefined;
}

/** A ServiceAccount of the files. */
export interface ServiceAccount {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly automountServiceAccountToken: boolean | undefined;
}

/** Of files that hold workloads alone. */
export const NO_SURROUNDINGS: Surroundings = { hasRbac: false, grants: [], serviceAccounts: [] };

function error(finds: string): RuleDescription {
  return { severity: "error", finds };
}

function warning(finds: string): RuleDescription {
  return { severity: "warning", finds };
}

function note(finds: string): RuleDescription {
  return { severity: "note", finds };
}
