/** Pods whose containers see each other through the state directory alone. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { IMAGES } from "../../tools/e2e/images.ts";
import { clusterTest, container, type Namespace, terminated } from "./support/cluster.ts";
import { pod } from "./support/manifests.ts";

const PROXY = {
  name: "proxy",
  command: ["httpd", "-f", "-p", "8080", "-h", "/"],
  spec: { stopDeps: ["main"], readiness: { tcp: 8080 } },
};

clusterTest(
  "with hostUsers: false, and no token, containers start in order, see each other's ends and stop",
  async (ns) => {
    const main = {
      name: "main",
      command: ["sh", "-c", "wget -q -O /dev/null http://127.0.0.1:8080/main-app && exit 0"],
      spec: { startDeps: ["proxy"] },
    };
    await ns.apply(pod("users", [PROXY, main], { hostUsers: false, token: false }));
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    assertEquals(terminated(ended, "proxy")?.exitCode, 0);
    assertStringIncludes(await ns.logs("users", "proxy"), "stop dependency main has ended");
  },
  { needs: ["user namespaces"] },
);

/** Ends with 0 from its second run in this pod on; the first goes on for ever. */
function fromSecondRun(name: string, then: string): readonly string[] {
  const runs = `/run/koordinator/${name}.runs`;
  return [
    "sh",
    "-c",
    `echo >>${runs}; if [ $(wc -l <${runs}) -gt 1 ]; then ${then}; exit 0; fi; ` +
    "echo first run; exec sleep 100000",
  ];
}

clusterTest(
  "when the sandbox is made anew, nothing is believed of the one before but what stays true",
  async (ns) => {
    const containers = [
      { ...PROXY, spec: { stopDeps: ["main"] } },
      { name: "task", command: ["sh", "-c", "exit 0"], spec: {} },
      {
        name: "main",
        command: fromSecondRun("main", "sleep 5; echo second run"),
        spec: { startDeps: [{ container: "proxy", until: "started" }] },
      },
      {
        name: "after",
        command: fromSecondRun("after", "echo second run"),
        spec: { startDeps: [{ container: "task", until: "terminated" }] },
      },
    ];
    await ns.apply(pod("renewed", containers, {
      delivery: "imageVolumeAndState",
      restartPolicy: "OnFailure",
      token: false,
    }));
    await ns.logged("renewed", "main", "first run");
    await ns.logged("renewed", "after", "first run");
    await killPause(ns, "renewed");
    const ended = await ns.ended("renewed");
    assertEquals(ended.status.phase, "Succeeded");
    assertEquals(container(ended, "task")?.restartCount, 0);
    for (const name of ["main", "after", "proxy"]) {
      assert((container(ended, name)?.restartCount ?? 0) > 0, name);
    }
    assertStringIncludes(await ns.logs("renewed", "main"), "second run");
    const finished = (name: string) => Date.parse(terminated(ended, name)?.finishedAt ?? "");
    assert(
      finished("proxy") >= finished("main"),
      "the proxy was stopped before its main had ended",
    );
  },
  { needs: ["image volumes"] },
);

/** Kills the process that holds the pod's sandbox, as the end of a container runtime's shim would. */
async function killPause(ns: Namespace, name: string): Promise<void> {
  const uid = await ns.kubectl(["get", "pod", name, "-o", "jsonpath={.metadata.uid}"]);
  const script = 'for p in /proc/[0-9]*; do case "$(tr -d "\\0" <$p/cmdline)" in /pause*) ' +
    `grep -q ${
      uid.replaceAll("-", ".")
    } $p/cgroup && kill -9 \${p#/proc/} && echo killed;; esac; ` +
    "done 2>/dev/null";
  await ns.apply({
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "killer" },
    spec: {
      restartPolicy: "Never",
      hostPID: true,
      containers: [{
        name: "killer",
        image: IMAGES.busybox,
        imagePullPolicy: "Never",
        command: ["sh", "-c", script],
      }],
    },
  });
  await ns.logged("killer", "killer", "killed");
}
