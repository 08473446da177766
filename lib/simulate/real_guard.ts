import { machineEnvironment, MARK } from "./real_process.ts";

/**
 * Ends the processes of a played pod, and removes its folder, once nothing is left that holds its
 * standard input: whoever plays it was killed. $1 is the folder, $2 what their environment has in it.
 */
const SCRIPT = `
trap '' HUP INT TERM
read -r word && exit
while left=$(grep -lsF -- "$2" /proc/[0-9]*/environ || true) && [ -n "$left" ]; do
  for file in $left; do
    pid=\${file#/proc/}
    kill -9 "\${pid%/environ}" 2>/dev/null
  done
  sleep 0.05
done
rm -rf -- "$1"
`;

/** Where shells look that were given no PATH. */
const DEFAULT_PATH = "/usr/local/bin:/usr/bin:/bin";

/** Somebody who outlives the play, in case it is killed. */
export interface RealGuard extends AsyncDisposable {
  /** Its process. */
  readonly pid: number;
}

/**
 * Watches over a played pod from a process of its own, which nothing that is sent to this one reaches.
 *
 * @param folder the pod's, which is in the environment of all its processes
 */
export function startGuard(folder: string): RealGuard {
  const child = new Deno.Command("sh", {
    args: ["-c", SCRIPT, "sh", folder, `${MARK}=${folder}/`],
    env: { PATH: machineEnvironment().PATH ?? DEFAULT_PATH },
    clearEnv: true,
    detached: true,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  return {
    pid: child.pid,
    async [Symbol.asyncDispose]() {
      const writer = child.stdin.getWriter();
      // It may have been killed itself.
      await writer.write(new TextEncoder().encode("over\n")).catch(() => {});
      await writer.close().catch(() => {});
      await child.status;
    },
  };
}
