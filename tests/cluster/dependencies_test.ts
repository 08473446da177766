/** What containers may wait for, and what they are told when it never comes. */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { pod, ROLE } from "./support/manifests.ts";

const SERVER = {
  name: "server",
  command: ["httpd", "-f", "-p", "8080", "-h", "/"],
  readyPort: 8080,
};

/** Says a word and ends. */
function says(word: string): readonly string[] {
  return ["echo", word];
}

/**
 * The command of a link of the chain: prints what its own first instruction finds to be so of the link
 * before it, whatever the node's clock and its log pipes make of it, and runs until it is stopped.
 */
function link(proof: string): readonly string[] {
  return ["sh", "-c", `${proof}; trap 'exit 0' TERM; while :; do sleep 0.1; done`];
}

/** Finds out whether a container's supervisor has reported that its command was launched. */
function launched(name: string): string {
  return `grep -o '"launched":true' /koordinator/.koordinator/${name}.json`;
}

clusterTest("a chain of three without probes starts in order", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("chain", [
      { name: "c", command: ["sh", "-c", launched("b")], spec: { startDeps: ["b"] } },
      { name: "b", command: link(launched("a")), spec: { startDeps: ["a"], stopDeps: ["c"] } },
      {
        name: "a",
        command: link("nc 127.0.0.1 7000 < /dev/null && echo open"),
        spec: { startDeps: [{ tcp: 7000 }], stopDeps: ["c"] },
      },
      {
        name: "gate",
        command: ["sh", "-c", "sleep 3; exec nc -ll -p 7000 -e true"],
        spec: { stopDeps: ["c"] },
      },
    ]),
  );
  assertEquals((await ns.ended()).status.phase, "Succeeded");
  const found = async (name: string) => (await ns.logs("chain", name)).split("\n");
  assert((await found("a")).includes("open"));
  assert((await found("b")).includes('"launched":true'));
  assert((await found("c")).includes('"launched":true'));
});

clusterTest("a native sidecar can be waited for", async (ns) => {
  const slow = ["sh", "-c", "sleep 3; exec httpd -f -p 8080 -h /"];
  await ns.apply(
    ...ROLE,
    pod("native", [{
      name: "main",
      command: ["wget", "-q", "-O", "/dev/null", "http://127.0.0.1:8080/main-app"],
      spec: { startDeps: ["server"] },
    }], { sidecars: [{ ...SERVER, command: slow, wrapped: false }] }),
  );
  assertEquals((await ns.ended()).status.phase, "Succeeded");
}, { needs: ["native sidecars"] });

clusterTest(
  "an application starts after a migration that succeeds, and not after one that fails",
  async (ns) => {
    const app = {
      name: "app",
      command: says("launched"),
      spec: { startDeps: [{ container: "migration", until: "succeeded" }] },
    };
    const migration = (code: number) => ({
      name: "migration",
      command: ["sh", "-c", `sleep 2; echo migrated; exit ${code}`],
    });
    await ns.apply(...ROLE, pod("good", [app, migration(0)]), pod("bad", [app, migration(1)]));
    assertEquals((await ns.ended("good")).status.phase, "Succeeded");
    const bad = terminated(await ns.ended("bad"), "app");
    assertEquals(bad?.exitCode, 121);
    assertStringIncludes(bad?.message ?? "", "migration until succeeded can never be met");
    assert(!(await ns.logs("bad", "app")).includes("launched\n"));
  },
);

clusterTest(
  "names that are not in the pod are refused with its real ones, optional ones pass",
  async (ns) => {
    const main = (spec: unknown) => [{ name: "main", command: says("launched"), spec }];
    await ns.apply(
      ...ROLE,
      pod("unknown", main({ startDeps: ["mian"] })),
      pod("optional", main({ startDeps: [{ container: "mesh", optional: true }] })),
    );
    const unknown = terminated(await ns.ended("unknown"), "main");
    assertEquals(unknown?.exitCode, 121);
    assertStringIncludes(unknown?.message ?? "", 'did you mean "main"?');
    assertEquals((await ns.ended("optional")).status.phase, "Succeeded");
  },
);

clusterTest("a cycle through the siblings' specs is named in full", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("cycle", [
      { name: "a", command: says("launched"), spec: { startDeps: ["b"] } },
      { name: "b", command: says("launched"), spec: { startDeps: ["a"] } },
    ]),
  );
  const ended = await ns.ended();
  assertEquals(terminated(ended, "a")?.exitCode, 121);
  assertEquals(terminated(ended, "b")?.exitCode, 121);
  assertStringIncludes(terminated(ended, "a")?.message ?? "", "a -> b -> a");
});

clusterTest("a wait that takes too long ends 124 with a termination message", async (ns) => {
  await ns.apply(
    ...ROLE,
    pod("late", [
      {
        ...SERVER,
        command: ["sh", "-c", "trap 'exit 0' TERM; while :; do sleep 0.1; done"],
        spec: { stopDeps: ["main"] },
      },
      {
        name: "main",
        command: says("launched"),
        spec: { startDeps: ["server"], startTimeout: "4s" },
      },
    ]),
  );
  const late = terminated(await ns.ended(), "main");
  assertEquals(late?.exitCode, 124);
  assertMatch(
    late?.message ?? "",
    /start timeout: still waiting for server \(running, not ready\)/,
  );
});

clusterTest(
  "probe keeps a held container unready and unstarted, and lets it pass once it runs",
  async (ns) => {
    const probe = (...args: string[]) => ({
      exec: { command: ["/koordinator/koordinator", "probe", ...args] },
      periodSeconds: 1,
      failureThreshold: 60,
    });
    await ns.apply(
      ...ROLE,
      pod("probed", [
        {
          ...SERVER,
          spec: { stopDeps: ["main"] },
          command: [
            "sh",
            "-c",
            "sleep 5; exec httpd -f -p 8080 -h /",
          ],
        },
        {
          name: "held",
          command: ["httpd", "-f", "-p", "8081", "-h", "/"],
          spec: { startDeps: ["server"], stopDeps: ["main"] },
          more: {
            startupProbe: probe(),
            readinessProbe: probe("--tcp", "8081"),
            livenessProbe: probe("--http", "8081/main-app"),
          },
        },
        { name: "main", command: ["sleep", "3"], spec: { startDeps: ["held"] } },
      ]),
    );
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    assertEquals(container(ended, "held")?.restartCount, 0);
    const states = ns.history.map(({ object }) => ({
      server: container(object, "server")?.ready ?? false,
      held: container(object, "held")?.ready ?? false,
    }));
    assert(states.some(({ held }) => held));
    const first = states.findIndex(({ held }) => held);
    assert(states.slice(0, first).some(({ server }) => server) || states[first]?.server === true);
  },
);
