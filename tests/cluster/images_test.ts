/** One executable for every image, as restricted as Kubernetes can make a container. */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { IMAGES } from "../../tools/e2e/images.ts";
import { clusterTest, terminated } from "./support/cluster.ts";
import { pod, RESTRICTED, ROLE } from "./support/manifests.ts";

const APPLICATIONS = [
  {
    name: "scratch",
    image: IMAGES.scratch,
    serve: ["/main-app", "serve", "5432"],
    connect: ["/main-app", "connect", "5432"],
  },
  {
    name: "glibc",
    image: IMAGES.glibc,
    serve: ["/main-app", "serve", "5432"],
    connect: ["/main-app", "connect", "5432"],
  },
  {
    name: "busybox",
    image: IMAGES.busybox,
    serve: ["httpd", "-f", "-p", "5432", "-h", "/"],
    connect: ["/main-app"],
  },
];

clusterTest("the same executable runs restricted in every kind of image", async (namespace) => {
  const pods = APPLICATIONS.map(({ name, image, serve, connect }) =>
    pod(name, [
      { name: "server", image, command: serve, readyPort: 5432, spec: { stopDeps: ["main"] } },
      { name: "main", image, command: connect, spec: { startDeps: ["server"] } },
    ], { securityContext: RESTRICTED })
  );
  await namespace.apply(...ROLE, ...pods);
  for (const { name } of APPLICATIONS) {
    const ended = await namespace.ended(name);
    assertEquals(ended.status.phase, "Succeeded", name);
    assertEquals(terminated(ended, "server")?.exitCode, 0, name);
    assertStringIncludes(await namespace.logs(name, "main"), "connection accepted");
  }
});
