import { isSwitchedOff, readEnvironment, VARIABLES } from "../../environment.ts";
import { KoordinatorError } from "../../errors.ts";
import type {
  ContainerTemplate,
  EnvironmentVariable,
  PodTemplate,
} from "../../manifest/workload.ts";
import { parseSeconds } from "../../spec/duration.ts";
import { parseReadiness } from "../../spec/parse.ts";
import { quoted } from "../../spec/visible.ts";
import type { Finding, Rule } from "../finding.ts";

/** Those whose values other rules judge, or nobody can. */
const UNJUDGED: ReadonlySet<string> = new Set(["KOORDINATOR_SPEC", "KOOORDINATOR_SPEC"]);

/** near-miss, in names of variables: by the same measure as the supervisor's own warning. */
export const misspeltVariables: Rule = ({ pod }) =>
  pod.containers.flatMap(({ env }) =>
    env.flatMap(({ name, path }): readonly Finding[] => {
      const { warnings } = readEnvironment(() => undefined, [name]);
      return warnings.map((message) => ({
        rule: "near-miss",
        severity: "warning",
        message,
        path: [...path, "name"],
      }));
    })
  );

/** invalid-variable: what koordinator would end with 125 for, and what contradicts the manifest. */
export const invalidVariables: Rule = ({ pod }) =>
  pod.containers.filter(isUnderKoordinator).flatMap((container) =>
    container.env.flatMap((variable): readonly Finding[] => {
      const fault = faultOf(variable) ?? contradiction(variable, container, pod);
      if (fault === undefined) return [];
      return [{
        rule: "invalid-variable",
        severity: "error",
        message: fault.message,
        ...fault.hint === undefined ? {} : { hint: fault.hint },
        path: [...variable.path, "value"],
      }];
    })
  );

function isUnderKoordinator({ supervision: { kind } }: ContainerTemplate): boolean {
  return kind === "inFront" || kind === "annotated" || kind === "disabled";
}

/** What a variable's fault is, and what to do about it. */
type Fault = { readonly message: string; readonly hint?: string | undefined };

function faultOf({ name, value }: EnvironmentVariable): Fault | undefined {
  if (value === undefined || UNJUDGED.has(name) || !VARIABLES.some((ours) => ours === name)) {
    return undefined;
  }
  try {
    const get = (asked: string) => asked === name ? value : undefined;
    isSwitchedOff(get);
    const { readiness } = readEnvironment(get, []);
    if (readiness !== undefined) parseReadiness(readiness, name);
    return undefined;
  } catch (error) {
    if (error instanceof KoordinatorError) return error;
    throw error;
  }
}

function contradiction(
  variable: EnvironmentVariable,
  container: ContainerTemplate,
  pod: PodTemplate,
): Fault | undefined {
  const said = variable.value?.trim() ?? "";
  const is = variable.name === "KOORDINATOR_RESTART_POLICY"
    ? { what: "the pod's restartPolicy", value: pod.restartPolicy }
    : variable.name === "KOORDINATOR_CONTAINER_NAME"
    ? { what: "the container's name", value: container.name }
    : variable.name === "KOORDINATOR_GRACE_PERIOD" &&
        parseSeconds(said) !== pod.terminationGracePeriod
    ? {
      what: "the pod's terminationGracePeriodSeconds",
      value: String(pod.terminationGracePeriod / 1_000),
    }
    : undefined;
  if (is === undefined || said === "" || said === is.value) return undefined;
  return {
    message: `${variable.name} says ${quoted(said)}, and ${is.what} is ${quoted(is.value)}`,
    hint: `set it to ${is.value}`,
  };
}
