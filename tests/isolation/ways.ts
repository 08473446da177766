// The ways to start koordinator, each of which the application's world must not change.

/** How koordinator is started. */
export interface Way {
  readonly name: string;
  /** Its variables. */
  readonly variables: readonly string[];
  readonly argv: readonly string[];
  /** Whether it is in front of /tell, and not a subcommand. */
  readonly hasCommand: boolean;
  /** One of the few that each case is tried in alone. */
  readonly isTelling?: boolean;
}

const HERE = "/koordinator";
const TELL = "/tell";

function inFront(
  name: string,
  spec: unknown,
  options: {
    readonly variables?: readonly string[];
    readonly command?: string;
    readonly isTelling?: boolean;
  } = {},
): Way {
  return {
    name,
    variables: [
      ...options.variables ?? [],
      ...spec === undefined ? [] : [`KOORDINATOR_SPEC=${JSON.stringify(spec)}`],
    ],
    argv: [HERE, options.command ?? TELL],
    hasCommand: true,
    isTelling: options.isTelling ?? false,
  };
}

/**
 * All ways.
 *
 * @param port where on this machine a page and an end of calls are
 */
export function allWays(port: number): readonly Way[] {
  return [
    inFront("handed over by the loader", undefined),
    inFront("handed over by the program", {}, { isTelling: true }),
    inFront("switched off", {}, { variables: ["KOORDINATOR_DISABLED=true"] }),
    inFront("not switched off", undefined, { variables: ["KOORDINATOR_DISABLED=false"] }),
    inFront("searched for, and handed over by the loader", undefined, { command: "tell" }),
    inFront("searched for, and handed over by the program", {}, { command: "tell" }),
    inFront("searched for, and supervised", { handOver: false }, { command: "tell" }),
    inFront("supervised", { handOver: false }),
    inFront("handed over after waiting", { startDeps: [{ file: "/proc/self" }] }),
    inFront("supervised after waiting for a name, a port and a page, with a last call", {
      handOver: false,
      startDeps: [{ tcp: `neighbour:${port}` }, { http: { port, path: "/ready" } }],
      afterExit: [{ http: { get: { port, path: "/quit" } }, on: "always" }],
    }, { isTelling: true }),
    ...[
      ["version"],
      ["version", "--verbose"],
      ["help"],
      ["schema"],
      ["copy", "/target"],
      ["probe"],
      ["status"],
    ].map((words) => ({
      name: words.join(" "),
      variables: [],
      argv: [HERE, ...words],
      hasCommand: false,
      isTelling: words.length === 1 && words[0] === "version",
    })),
  ];
}
