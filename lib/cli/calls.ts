/** A way to call koordinator. */
export interface Call {
  /** Behind the program's name. */
  readonly words: string;
  readonly does: string;
}

/** Every way to call koordinator: what `help` prints, and the documentation is checked against. */
export const CALLS: readonly Call[] = [
  { words: "[--] COMMAND [ARG...]", does: "supervise COMMAND" },
  { words: "copy DIR", does: "install this executable as DIR/koordinator" },
  {
    words: "probe [--tcp PORT | --http PORT/PATH]",
    does: "exec probe: fails while COMMAND is held back",
  },
  { words: "status [CONTAINER]", does: "print what a supervisor of this pod knows" },
  {
    words: "check FILE... [--output text|json|github|sarif] [--strict]",
    does: "judge pods before they are applied",
  },
  {
    words: "graph FILE [--name NAME] [--output text|svg|mermaid|dot]",
    does: "draw who starts and stops after whom",
  },
  { words: "simulate [OPTION...] FILE", does: "play a manifest's start and stop, and draw it" },
  { words: "schema", does: "print the JSON Schema of the spec" },
  { words: "version [--verbose]", does: "print the version" },
  { words: "help", does: "print this" },
];
