import { readReadiness, readSpec } from "../spec/parse.ts";
import { DEFAULT_SPEC } from "../spec/spec.ts";
import { isKoordinator } from "./executable.ts";
import type { EnvironmentVariable, Path, SpecSource, SpecText, Supervision } from "./workload.ts";

const SPEC_VARIABLES: readonly string[] = ["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"];
const READINESS = "KOORDINATOR_READINESS";

/** The annotation `spec.koordinator/CONTAINER` holds the spec that is to be injected. */
export const SPEC_ANNOTATION = "spec.koordinator/";

/** The first arguments that are no command to supervise. */
export const SUBCOMMANDS: ReadonlySet<string> = new Set([
  "check",
  "copy",
  "graph",
  "help",
  "inject",
  "policy",
  "probe",
  "schema",
  "simulate",
  "status",
  "version",
]);

/** What of a container tells whether koordinator stands in front of its command. */
export interface Told {
  readonly name: string;
  readonly command: readonly string[] | undefined;
  readonly args: readonly string[];
  readonly env: readonly EnvironmentVariable[];
  /** What brings in variables that the manifest does not hold: `configMapRef`, `secretRef`. */
  readonly envFrom: string | undefined;
  readonly envFromPath: Path;
}

/** Whether and how koordinator stands in front of a container's command. */
export function supervisionOf(told: Told, annotations: ReadonlyMap<string, string>): Supervision {
  const { name, env } = told;
  const annotation = annotations.get(`${SPEC_ANNOTATION}${name}`);
  const variable = specVariable(env);
  const inFront = standsInFront(told, variable !== undefined);
  if (!inFront && annotation === undefined) {
    return variable === undefined
      ? { kind: "none" }
      : { kind: "notInFront", source: sourceOf(variable) };
  }
  if (lastOf(env, "KOORDINATOR_DISABLED")?.value?.trim() === "true") return { kind: "disabled" };
  if (annotation !== undefined && !(inFront && variable !== undefined)) {
    const source: SpecSource = {
      name: `${SPEC_ANNOTATION}${name}`,
      path: ["metadata", "annotations", `${SPEC_ANNOTATION}${name}`],
    };
    return { kind: "annotated", spec: withReadiness(readText(annotation, source), env) };
  }
  return { kind: "inFront", spec: withReadiness(fromVariables(told), env) };
}

/** Whether koordinator is what the container starts, or what it starts calls it. */
function standsInFront({ command, args }: Told, hasSpec: boolean): boolean {
  const words = [...command ?? [], ...args];
  const [first = "", second = ""] = words;
  if (isKoordinator(first)) {
    return !SUBCOMMANDS.has(second) && second !== "" && !/^--?[a-zA-Z]/.test(second);
  }
  // `tini -- /koordinator/koordinator app`, `sh -c "exec /koordinator/koordinator app"`.
  return hasSpec && words.some((word) => /\/koordinator(?![\w./-])/.test(word));
}

function specVariable(env: readonly EnvironmentVariable[]): EnvironmentVariable | undefined {
  const [first, second] = SPEC_VARIABLES.map((name) => lastOf(env, name)).filter((variable) =>
    variable !== undefined && (variable.from !== undefined || variable.value?.trim() !== "")
  );
  return first ?? second;
}

/** The kubelet lets the last of several variables of one name count. */
export function lastOf(
  env: readonly EnvironmentVariable[],
  name: string,
): EnvironmentVariable | undefined {
  return env.findLast((variable) => variable.name === name);
}

function sourceOf({ name, path }: EnvironmentVariable): SpecSource {
  return { name, path: [...path, "value"] };
}

function fromVariables({ env, envFrom, envFromPath }: Told): SpecText {
  const variable = specVariable(env);
  if (variable === undefined) {
    if (envFrom === undefined) return { kind: "absent" };
    return {
      kind: "unseen",
      from: envFrom,
      source: { name: "KOORDINATOR_SPEC", path: envFromPath },
    };
  }
  const { name, value = "", written, from, path } = variable;
  if (from !== undefined && written === undefined) {
    return { kind: "unseen", from, source: { name, path: [...path, "valueFrom"] } };
  }
  const source = sourceOf(variable);
  if (from !== undefined) return { kind: "unseen", from, source };
  const other = lastOf(env, SPEC_VARIABLES.find((each) => each !== name) ?? "")?.value?.trim();
  if (other !== undefined && other !== "" && other !== value.trim()) {
    const message = "KOORDINATOR_SPEC and KOOORDINATOR_SPEC are both set and differ";
    return {
      kind: "invalid",
      faults: [{ message, path: [], ofKey: false, offset: undefined }],
      hint: "they are the same variable: set one of them",
      source,
    };
  }
  const text = readText(value, source);
  return value === written ? text : withoutOffsets(text);
}

/** What was counted in a text that references were replaced in is not where it is in the manifest. */
function withoutOffsets(text: SpecText): SpecText {
  return text.kind === "invalid"
    ? { ...text, faults: text.faults.map((fault) => ({ ...fault, offset: undefined })) }
    : text;
}

function readText(text: string, source: SpecSource): SpecText {
  const reading = readSpec(text);
  return reading.isValid
    ? { kind: "valid", spec: reading.value, source }
    : { kind: "invalid", faults: reading.faults, hint: reading.hint, source };
}

/** KOORDINATOR_READINESS is the key `readiness` of a spec that has none. */
function withReadiness(spec: SpecText, env: readonly EnvironmentVariable[]): SpecText {
  const variable = lastOf(env, READINESS);
  if (variable === undefined || (variable.value ?? "").trim() === "") return spec;
  if (spec.kind !== "valid" && spec.kind !== "absent") return spec;
  if (spec.kind === "valid" && spec.spec.readiness !== undefined) return spec;
  const source = sourceOf(variable);
  const reading = readReadiness(variable.value ?? "");
  if (!reading.isValid) {
    const { faults, hint } = reading;
    const text: SpecText = { kind: "invalid", faults, hint, source };
    return variable.value === variable.written ? text : withoutOffsets(text);
  }
  const readiness = reading.value;
  return spec.kind === "valid"
    ? { ...spec, spec: { ...spec.spec, readiness } }
    : { kind: "valid", spec: { ...DEFAULT_SPEC, readiness }, source };
}
