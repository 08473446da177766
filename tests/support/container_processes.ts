/** The processes of a container, as its pid namespace would hold them, by what their environment has. */
export function processesWith(variables: Readonly<Record<string, string>>): readonly number[] {
  const wanted = Object.entries(variables).map(([name, value]) => `${name}=${value}\0`);
  return [...Deno.readDirSync("/proc")].map(({ name }) => Number(name)).filter((pid) => {
    try {
      const environment = Deno.readTextFileSync(`/proc/${pid}/environ`);
      return wanted.every((variable) => environment.includes(variable));
    } catch {
      // No process, not ours, or ended meanwhile.
      return false;
    }
  });
}

/** Sends SIGKILL to a process that may have ended by itself. */
export function killIfThere(pid: number): void {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch {
    // It has.
  }
}

/** Kills them all, and those that they start meanwhile, as the end of a pid namespace does. */
export async function killAllWith(variables: Readonly<Record<string, string>>): Promise<void> {
  for (let left; (left = processesWith(variables)).length > 0;) {
    left.forEach(killIfThere);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
