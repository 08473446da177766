/**
 * The manifests of the pages by task: each is asked of the API server as it is, and those that can do
 * without their images are played with programs that behave like them.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { IMAGES } from "../../tools/e2e/images.ts";
import { blocksOf } from "../docs/pages.ts";
import { clusterTest, container, eventually, terminated } from "./support/cluster.ts";
import { example, type ExampleContainer, examplePath } from "./support/manifests.ts";
import { PLAYED, SERVE, standIn, web, withContainer } from "./support/tasks.ts";

for (const { file, programs, codes, says, injected } of PLAYED) {
  clusterTest(`examples/${file} starts and ends as its page says`, async (ns) => {
    await ns.apply(...await example(ns, standIn(programs), file, injected));
    const ended = await ns.ended();
    assertEquals(ended.status.phase, "Succeeded");
    for (const [name, code] of Object.entries(codes)) {
      assertEquals(terminated(ended, name)?.exitCode, code, name);
    }
    if (says === undefined) return;
    assertStringIncludes(await ns.logs(ended.metadata.name, says[0]), says[1]);
  });
}

clusterTest(
  "examples/pod-failure-policy.yaml fails at once where a retry cannot help",
  async (ns) => {
    const notThere = { command: ["/koordinator/koordinator", "/not-there"] };
    const without = (container: ExampleContainer) =>
      container.name === "main" ? { ...container, ...notThere } : container;
    await ns.apply(...await example(ns, without, "pod-failure-policy.yaml"));
    const ended = await ns.ended();
    assertEquals(terminated(ended, "main")?.exitCode, 127);
    await eventually("the Job has failed by its policy", async () => {
      const path = 'jsonpath={.status.conditions[?(@.type=="Failed")].reason}';
      return await ns.kubectl(["get", "job", "pod-failure-policy", "-o", path]) ===
        "PodFailurePolicy";
    });
    const names = new Set(ns.history.map(({ object }) => object.metadata.name));
    assertEquals(names.size, 1);
  },
);

clusterTest("examples/nginx.yaml stops the application after the server before it", async (ns) => {
  const programs = {
    nginx: `trap 'touch /koordinator/nginx-has-ended; exit 0' QUIT; ${
      web(80, "index.html")
    }; ${SERVE}`,
    app: `trap 'test -e /koordinator/nginx-has-ended && echo after nginx; exit 0' TERM
      ${web(8080, "healthz")}; ${SERVE}`,
  };
  const change = (container: ExampleContainer) => ({
    ...standIn(programs)(container),
    // nginx's image says STOPSIGNAL SIGQUIT, as this one does.
    ...container.name === "nginx" ? { image: IMAGES.stopSignal } : {},
  });
  await ns.apply(...await example(ns, change, "nginx.yaml"));
  const { object } = await ns.until(
    "nginx is ready",
    ({ object }) => container(object, "nginx")?.ready === true,
  );
  const log = ns.logs(object.metadata.name, "app", "--follow");
  await ns.kubectl(["delete", "deployment", "web", "--wait=false"]);
  assertStringIncludes(await log, "after nginx");
});

clusterTest("the line that a GitLab job waits with does, as its page has it", async (ns) => {
  const path = new URL("../../docs/how-to/gitlab-runner.md", import.meta.url);
  const page = { path: "", text: await Deno.readTextFile(path) };
  const line = blocksOf(page).flatMap(({ text }) => text.split("\n"))
    .find((line) => line.includes("koordinator true"))?.trim().replace(/^- /, "");
  assert(line !== undefined, "the page has no such line");
  const postgres = `sleep 2; touch /koordinator/up; nc -ll -p 5432 -e true & ${SERVE}`;
  const build = `${line.replace(/^>-? */, "")} && ls /koordinator/up`;
  const objects = await example(
    ns,
    standIn({ base: build }),
    "airflow.yaml",
    (pod) =>
      withContainer("postgres", postgres, [{ name: "koordinator", mountPath: "/koordinator" }])({
        ...pod,
        containers: pod.containers.filter(({ name }) => name === "base").map((container) => ({
          ...container,
          command: ["sh", "-c", build],
          env: [],
        })),
      }),
  );
  await ns.apply(...objects);
  await ns.until("the build has ended", ({ object }) => terminated(object, "base")?.exitCode === 0);
});

clusterTest("the API server accepts every example as it is", async (ns) => {
  const folder = new URL("../../examples/", import.meta.url);
  const files = [...Deno.readDirSync(folder)].map(({ name }) => name)
    .filter((name) => name.endsWith(".yaml")).sort();
  for (const file of files) {
    await ns.kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", examplePath(file)]);
  }
  assert(files.length > 30, files.join(" "));
});
