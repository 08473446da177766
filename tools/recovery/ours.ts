/**
 * Follows the pods named as koordinator does, each with a connection of its own, and prints
 * "POD PHASE" whenever a phase is learned: the peer of client_go/.
 */
import { keepAlive } from "../../lib/linux/socket_calls.ts";
import { inClusterConfig } from "../../lib/kubernetes/in_cluster.ts";
import { watchPod } from "../../lib/kubernetes/watch.ts";

const env = (name: string) => Deno.env.get(name);
const [namespace = "", ...names] = Deno.args;
const config = inClusterConfig(env, env("KOORDINATOR_ROOT") ?? "");
const never = new AbortController().signal;
await Promise.all(names.map((name) =>
  watchPod({ config, namespace, name, keepAlive })((news) => {
    if (news.kind === "observed") console.log(name, news.pod.status?.phase);
  }, never)
));
