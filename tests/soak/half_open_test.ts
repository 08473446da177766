/** Connections whose other end goes away without a word, in a network of their own. */
import { assertEquals } from "@std/assert";
import type { Pod } from "../../lib/pod/pod.ts";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { executable } from "../support/executable.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

const PROGRAM = await executable();

/**
 * Long before a watch is given up for its silence (180 s), and longer than the kernel asks its peer
 * (35 s), in milliseconds.
 */
const FOUND_WITHIN = 90_000;

/** The outer end of the wire: of the addresses for tests of networks (RFC 2544). */
const OUTSIDE = "198.18.77.1";
const NETWORK = `koordinator-${Deno.pid}`;
const WIRE = `koo${Deno.pid}`;

const COMMANDS = [
  { what: "a command that waits", spec: '{"startDeps":["proxy"]}', script: "echo launched" },
  {
    what: "a command that runs",
    spec: '{"stopDeps":["proxy"]}',
    script: "trap 'exit 0' TERM; while :; do sleep 0.1; done",
  },
] as const;

async function ip(...args: readonly string[]): Promise<boolean> {
  try {
    const command = new Deno.Command("ip", { args: [...args], stdout: "null", stderr: "null" });
    return (await command.output()).success;
  } catch {
    return false;
  }
}

/** A network namespace at the end of a wire. The certificate of the scripted server is for a name. */
async function makeNetwork(): Promise<boolean> {
  if (Deno.uid() !== 0) return false;
  const made = await ip("netns", "add", NETWORK) &&
    await ip("link", "add", WIRE, "type", "veth", "peer", "name", "inside", "netns", NETWORK) &&
    await ip("addr", "add", `${OUTSIDE}/30`, "dev", WIRE) &&
    await ip("link", "set", WIRE, "up") &&
    await ip("-n", NETWORK, "addr", "add", "198.18.77.2/30", "dev", "inside") &&
    await ip("-n", NETWORK, "link", "set", "inside", "up");
  await Deno.mkdir(`/etc/netns/${NETWORK}`, { recursive: true });
  await Deno.writeTextFile(`/etc/netns/${NETWORK}/hosts`, `${OUTSIDE} localhost\n`);
  if (!made) await removeNetwork();
  return made;
}

async function removeNetwork(): Promise<void> {
  await ip("netns", "del", NETWORK);
  await Deno.remove(`/etc/netns/${NETWORK}`, { recursive: true }).catch(() => {});
}

const made = await makeNetwork();
Deno.test.afterAll(async () => {
  if (made) await removeNetwork();
});

Deno.test({
  name: "a connection that is cut without a word is found long before its watch would end " +
    "(needs root and iproute2)",
  ignore: !made,
  fn: async () => {
    const running: Pod = pod([unready("main"), unready("proxy")]);
    await using server = await startApiServer({ pod: running, hostname: OUTSIDE });
    const root = await Deno.makeTempDir();
    await server.writeServiceAccount(root);
    const programs = COMMANDS.map(({ what, spec, script }, index) => {
      const child = new Deno.Command("ip", {
        args: ["netns", "exec", NETWORK, PROGRAM, "sh", "-c", script],
        clearEnv: true,
        env: {
          ...server.env(root),
          PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
          KUBERNETES_SERVICE_HOST: "localhost",
          KOORDINATOR_CONTAINER_NAME: "main",
          // Each is in a pod of its own: beside the executable they would be the same container.
          KOORDINATOR_STATE_DIR: `${root}/state-${index}`,
          KOORDINATOR_POD_NAME: "pod",
          KOORDINATOR_POD_NAMESPACE: "default",
          KOORDINATOR_SPEC: spec,
        },
        stdin: "null",
        stdout: "null",
        stderr: "piped",
      }).spawn();
      const found = Promise.withResolvers<void>();
      let said = "";
      const read = (async () => {
        for await (const text of child.stderr.pipeThrough(new TextDecoderStream())) {
          said += text;
          // Which it is depends on how much of the watch's answer had come before the cut.
          if (said.includes('"event":"apiFailed"')) found.resolve();
        }
      })();
      const late = setTimeout(
        () => found.reject(new Error(`${what}: the cut was not found; ${said}`)),
        FOUND_WITHIN,
      );
      return {
        ended: Promise.all([child.status, read]).then(([{ code }]) => code),
        found: found.promise.finally(() => clearTimeout(late)),
        kill: () => child.kill("SIGKILL"),
      };
    });
    try {
      await server.seen("watch", programs.length);
      await ip("link", "set", WIRE, "down");
      await Promise.all(programs.map(({ found }) => found));
      await ip("link", "set", WIRE, "up");
      server.setPod(pod([unready("main"), ready("proxy")]));
      assertEquals(await programs[0]?.ended, 0);
      server.setPod(pod([unready("main"), ended("proxy", 0)]));
      assertEquals(await programs[1]?.ended, 0);
    } finally {
      for (const { kill } of programs) {
        try {
          kill();
        } catch {
          // It has ended.
        }
      }
      await Deno.remove(root, { recursive: true });
    }
  },
});
