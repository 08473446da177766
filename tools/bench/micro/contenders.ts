import { findOnPath } from "../../e2e/output.ts";
import type { Programs } from "./programs.ts";
import type { ServerProcess } from "./server_process.ts";

/** What a contender is to do. */
export const SCENARIOS = ["none", "empty", "supervised", "gate", "life"] as const;

/**
 * `none`: nothing is asked of it. `empty`: a spec that says nothing. `supervised`: it stays beside the
 * command. `gate`: it waits for what is there at once. `life`: it waits, launches, and stops.
 */
export type Scenario = typeof SCENARIOS[number];

/** Something that stands in front of a command. */
export interface Contender {
  readonly name: string;
  /** The file that is measured, if there is one. */
  readonly file: string | undefined;
  /** What stands in front of the command's own words. */
  readonly words: readonly string[];
  /** Its environment, or undefined where it cannot do this. */
  readonly env: (scenario: Scenario) => Readonly<Record<string, string>> | undefined;
}

/** One that the caller brings: its environment for each scenario that it can do. */
export interface Peer {
  readonly name: string;
  readonly command: readonly string[];
  /** By default the same variables that koordinator gets. */
  readonly env?: Partial<Record<Scenario, Readonly<Record<string, string>>>>;
}

const SPECS = {
  none: undefined,
  empty: "{}",
  supervised: '{"handOver":false}',
  gate: '{"startDeps":["proxy"]}',
  life: '{"startDeps":["proxy"],"stopDeps":["main"]}',
} as const;

/** Everybody who takes part, and who could not be found. */
export async function findContenders(
  koordinator: string,
  programs: Programs,
  server: ServerProcess,
  peers: readonly Peer[],
): Promise<{ readonly contenders: readonly Contender[]; readonly missing: readonly string[] }> {
  const ours = (scenario: Scenario): Record<string, string> => {
    const spec = SPECS[scenario];
    return {
      ...spec !== undefined && { KOORDINATOR_SPEC: spec },
      ...(scenario === "gate" || scenario === "life") && {
        ...server.tls,
        // Not beside the executable, where others may have told of containers of these names.
        KOORDINATOR_STATE_DIR: `${server.tls.KOORDINATOR_ROOT ?? ""}/state`,
        KOORDINATOR_POD_NAME: "pod",
        KOORDINATOR_POD_NAMESPACE: "default",
        KOORDINATOR_CONTAINER_NAME: "app",
      },
    };
  };
  const floor = (scenario: Scenario) =>
    scenario === "gate" || scenario === "life"
      ? { FLOOR_PORT: String(server.plainPort) }
      : scenario === "supervised"
      ? {}
      : undefined;
  const contenders: Contender[] = [
    {
      name: "nothing",
      file: undefined,
      words: [],
      env: (kind) => kind === "none" ? {} : undefined,
    },
    { name: "floor", file: programs.floor, words: [programs.floor], env: floor },
    { name: "koordinator", file: koordinator, words: [koordinator], env: ours },
  ];
  const missing: string[] = [];
  for (const name of ["tini", "dumb-init"]) {
    const file = await findOnPath(name);
    if (file === undefined) {
      missing.push(`${name}: apt-get install ${name}`);
    } else {
      const env = (kind: Scenario) => kind === "none" || kind === "supervised" ? {} : undefined;
      contenders.push({ name, file, words: [file, "--"], env });
    }
  }
  for (const { name, command, env } of peers) {
    contenders.push({
      name,
      file: command[0],
      words: command,
      env: (scenario) => env === undefined ? ours(scenario) : fill(env[scenario], server),
    });
  }
  return { contenders, missing };
}

/** `$NAME` in a value is one of the server's: KUBERNETES_SERVICE_HOST and so on, or PLAIN_PORT. */
function fill(
  env: Readonly<Record<string, string>> | undefined,
  { tls, plainPort }: ServerProcess,
): Readonly<Record<string, string>> | undefined {
  if (env === undefined) return undefined;
  const known: Readonly<Record<string, string>> = { ...tls, PLAIN_PORT: String(plainPort) };
  return Object.fromEntries(
    Object.entries(env).map(([name, value]) => [
      name,
      value.replaceAll(/\$([A-Z_]+)/g, (whole, variable) => known[variable] ?? whole),
    ]),
  );
}
