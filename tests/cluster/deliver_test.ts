/** What an image volume can do and cannot: it is read-only, and nothing is copied. */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { pod, RESTRICTED, ROLE, type SupervisedContainer } from "./support/manifests.ts";

const IMAGE_VOLUMES = { needs: ["image volumes"] } as const;

const SERVER: SupervisedContainer = {
  name: "server",
  command: ["httpd", "-f", "-p", "8080", "-h", "/"],
  readyPort: 8080,
  spec: { stopDeps: ["client"] },
};
const CLIENT: SupervisedContainer = {
  name: "client",
  command: ["sh", "-c", "wget -q -O /dev/null http://127.0.0.1:8080/main-app && exit 7"],
  spec: { startDeps: ["server"] },
};
/** Never ready, ends when told to. */
const NEVER_READY: SupervisedContainer = {
  name: "server",
  command: ["sh", "-c", "trap 'echo told; exit 0' TERM; echo up; while :; do sleep 0.1; done"],
  readyPort: 8080,
  spec: { stopDeps: ["client"] },
};

clusterTest(
  "from an image volume containers start in order and end with their codes",
  async (ns) => {
    const options = { delivery: "imageVolume", securityContext: RESTRICTED } as const;
    await ns.apply(...ROLE, pod("volume", [SERVER, CLIENT], options));
    const ended = await ns.ended();
    assertEquals(terminated(ended, "client")?.exitCode, 7);
    assertEquals(terminated(ended, "server")?.exitCode, 0);
  },
  IMAGE_VOLUMES,
);

clusterTest(
  "in a deleted pod with an image volume who waits ends with 143, who serves it is told in time",
  async (ns) => {
    await ns.apply(
      ...ROLE,
      pod("deleted", [NEVER_READY, CLIENT], { delivery: "imageVolume", graceSeconds: 10 }),
    );
    await ns.logged("deleted", "server", "up");
    await ns.logged("deleted", "client", "server");
    await ns.kubectl(["delete", "pod", "deleted", "--wait=false"]);
    await ns.until("the pod is gone", ({ type }) => type === "DELETED");
    const code = (name: string) =>
      ns.history.map(({ object }) => terminated(object, name)?.exitCode).findLast((code) =>
        code !== undefined
      );
    assertEquals(code("client"), 143);
    assertEquals(code("server"), 0);
  },
  IMAGE_VOLUMES,
);

clusterTest(
  "with an emptyDir for its state a supervisor in an image volume tells its status",
  async (ns) => {
    const delivery = "imageVolumeAndState";
    await ns.apply(...ROLE, pod("status", [NEVER_READY, CLIENT], { delivery }));
    await ns.logged("status", "client", "server");
    const ask = ["exec", "status", "-c", "server", "--", "/koordinator/koordinator", "status"];
    assertStringIncludes(await ns.kubectl([...ask, "client"]), "client: waiting");
  },
  IMAGE_VOLUMES,
);

clusterTest("without one it says that there is no status, and why", async (ns) => {
  await ns.apply(...ROLE, pod("status", [NEVER_READY, CLIENT], { delivery: "imageVolume" }));
  const { object } = await ns.until(
    "the client runs",
    ({ object }) => container(object, "client")?.state.running !== undefined,
  );
  await ns.logged(object.metadata.name, "client", "server");
  const ask = ["exec", "status", "-c", "client", "--", "/koordinator/koordinator", "status"];
  const answer = await ns.kubectl(ask).catch(String);
  assertStringIncludes(answer, "no status of client");
  assertStringIncludes(answer, "writable state directory");
}, IMAGE_VOLUMES);

clusterTest(
  "with an emptyDir for its state a log shipper in an image volume outlives its application",
  async (ns) => {
    const log = "/run/koordinator/app.log";
    const told = `trap 'sleep 2; echo last line >> ${log}; exit 0' TERM`;
    const app: SupervisedContainer = {
      name: "app",
      command: ["sh", "-c", `${told}; echo first line >> ${log}; while :; do sleep 0.1; done`],
      spec: { stopDelay: "100ms" },
    };
    const shipper: SupervisedContainer = {
      name: "shipper",
      command: [
        "sh",
        "-c",
        `tail -n +1 -F ${log} & trap 'sleep 2; echo shipper told; exit 0' TERM; ` +
        "while :; do sleep 0.1; done",
      ],
      spec: { stopDeps: ["app"] },
    };
    const delivery = "imageVolumeAndState";
    await ns.apply(...ROLE, pod("shipping", [app, shipper], { delivery }));
    await ns.logged("shipping", "shipper", "first line");
    const followed = ns.logs("shipping", "shipper", "--follow");
    await ns.kubectl(["delete", "pod", "shipping", "--wait=false"]);
    const written = await followed;
    const last = written.indexOf("last line");
    assert(last >= 0, `the last line was lost: ${written}`);
    assert(written.indexOf("shipper told") > last, `the shipper was told before: ${written}`);
  },
  IMAGE_VOLUMES,
);
