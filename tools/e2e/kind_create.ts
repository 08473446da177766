/** Making a kind cluster, so that a half of one is never left behind. */
import { imageVolumeConfig } from "./image_volume.ts";
import { deleteCluster, type Kind } from "./kind_command.ts";

/** kind does not clean up after these; what it has begun would be taken for a cluster next time. */
const INTERRUPTIONS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Makes the cluster, with kind's own lines on the terminal as it goes.
 * @throws {Error} when kind fails; what there was of the cluster is deleted, also when a signal comes,
 * of which this process then ends
 */
export async function createCluster(kind: Kind): Promise<void> {
  const { name, kubeconfig, image } = kind;
  const config = kind.config ?? "-";
  const stdin = kind.config === undefined ? await imageVolumeConfig(kind) : "";
  const child = new Deno.Command("kind", {
    args: [
      ...["create", "cluster", "--name", name, "--kubeconfig", kubeconfig, "--wait", "180s"],
      ...(image === undefined ? [] : ["--image", image]),
      ...["--config", config],
    ],
    env: kind.env,
    stdin: "piped",
    // A group of its own: a Ctrl-C reaches it through us, and then all that it has started.
    detached: true,
  }).spawn();
  let interruption: Deno.Signal | undefined;
  const listeners = INTERRUPTIONS.map((signal) => {
    const listener = () => {
      interruption ??= signal;
      signalGroup(child.pid, "SIGTERM");
    };
    Deno.addSignalListener(signal, listener);
    return () => Deno.removeSignalListener(signal, listener);
  });
  try {
    const writer = child.stdin.getWriter();
    await writer.write(new TextEncoder().encode(stdin));
    await writer.close();
    const { success, code } = await child.status;
    if (success && interruption === undefined) return;
    // An engine's client that is still at work could make a node after the deletion.
    await groupEnd(child.pid);
    console.error(`kind: what there is of the cluster ${name} is deleted`);
    await deleteCluster(kind);
    if (interruption === undefined) {
      throw new Error(`kind could not make the cluster ${name}: it ended with ${code}`);
    }
  } finally {
    for (const remove of listeners) remove();
  }
  Deno.kill(Deno.pid, interruption);
  throw new Error(`interrupted by ${interruption} while the cluster ${name} was made`);
}

/** How long what kind has started may take to end, in ms. */
const PATIENCE = 20_000;

/** Waits until no process of the group is left. */
async function groupEnd(group: number): Promise<void> {
  const deadline = Date.now() + PATIENCE;
  while (signalGroup(group, Date.now() > deadline ? "SIGKILL" : "SIGTERM")) {
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** @returns whether there was anybody to signal */
function signalGroup(group: number, signal: "SIGTERM" | "SIGKILL"): boolean {
  try {
    Deno.kill(-group, signal);
    return true;
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    return false;
  }
}
