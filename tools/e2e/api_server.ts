/** Where a process of this machine reaches a cluster's API server. */
import type { Cluster } from "./cluster.ts";
import { kubectlOf } from "./kubectl.ts";
import { output } from "./output.ts";

/** The server of a cluster that was found. */
export async function apiServerOf(cluster: Cluster): Promise<URL> {
  if (cluster.folder !== undefined) return await folderApiServer(cluster.folder);
  const { program, env } = kubectlOf(cluster);
  const server = "jsonpath={.clusters[0].cluster.server}";
  return new URL(
    (await output([program, "config", "view", "--minify", "-o", server], { env })).trim(),
  );
}

/** That of a cluster which is made by a folder's scripts, and has a network of its own. */
export async function folderApiServer(folder: string): Promise<URL> {
  const kubeconfig = await withFolderSettings(folder, 'cat "$CONF/outer.kubeconfig"');
  return new URL(/https:[^\s",}]+/.exec(kubeconfig)?.[0] ?? "");
}

/** Runs a shell command that knows the settings of such a cluster (`$RUN`, `$PKI`, `$CONF`). */
export async function withFolderSettings(folder: string, command: string): Promise<string> {
  // What npx sets as NODE is no name of a cluster's node.
  const script = `unset NODE; . "$0/lib.sh"; ${command}`;
  return (await output(["bash", "-c", script, folder])).trim();
}
