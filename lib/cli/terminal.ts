import { readVariable } from "../environment.ts";

/**
 * Whether what is written to standard output may have colours: it is a terminal, and nobody has set
 * NO_COLOR (https://no-color.org) or a terminal that has none.
 */
export function hasColours(): boolean {
  if (!Deno.stdout.isTerminal()) return false;
  return (variable("NO_COLOR") ?? "") === "" && variable("TERM") !== "dumb";
}

/** The executable shows Deno its own variables alone: the kernel has what it was started with. */
function variable(name: string): string | undefined {
  if (!Deno.build.standalone) return readVariable(name);
  const text = new TextDecoder().decode(Deno.readFileSync("/proc/self/environ"));
  const line = text.split("\0").find((each) => each.startsWith(`${name}=`));
  return line?.slice(name.length + 1);
}
