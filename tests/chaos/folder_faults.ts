/** Breaking a cluster whose components are processes of this machine, started by the scripts of a folder. */
import { folderApiServer, withFolderSettings } from "../../tools/e2e/api_server.ts";
import { output } from "../../tools/e2e/output.ts";
import type { Breakable } from "./faults.ts";

/** @param folder the folder with the cluster's scripts */
export function breakFolder(folder: string): Breakable {
  const withSettings = (command: string) => withFolderSettings(folder, command);
  return {
    async pid(component) {
      return Number(await withSettings(`cut -d' ' -f1 "$RUN/${component}.pid"`));
    },
    signal(pid, signal) {
      Deno.kill(pid, signal);
      return Promise.resolve();
    },
    async isAlive(pid) {
      try {
        const stat = await Deno.readTextFile(`/proc/${pid}/stat`);
        return !stat.slice(stat.lastIndexOf(")") + 2).startsWith("Z");
      } catch {
        return false;
      }
    },
    async iptables(...args) {
      await output([`${folder}/k`, "--exec", "iptables", ...args]);
    },
    async network() {
      const [pods = "", apiPort = ""] = (await withSettings("echo $POD_CIDR $API_PORT")).split(" ");
      return { pods, apiPort };
    },
    async replaceSigningKey() {
      await withSettings(
        'openssl genrsa -out "$PKI/sa.key" 2048 2>&1 && ' +
          'openssl rsa -in "$PKI/sa.key" -pubout -out "$PKI/sa.pub" 2>&1',
      );
    },
    async repair() {
      // The scripts refuse to start an API server behind a relay that still holds its port.
      await withSettings("alive kube-apiserver || stop nsrelay");
      await output(["env", "-u", "NODE", `${folder}/up.sh`]);
    },
    apiServer: () => folderApiServer(folder),
  };
}
