/** The tutorial, its commands run as they are printed. */
import { fileURLToPath } from "node:url";
import { assert, assertEquals } from "@std/assert";
import { IMAGES } from "../../tools/e2e/images.ts";
import { exists } from "../../tools/e2e/output.ts";
import { clusterTest, container, terminated } from "./support/cluster.ts";
import { example, type ExampleContainer } from "./support/manifests.ts";
import { printedOf, runPrinted } from "./support/printed.ts";

const REPOSITORY = fileURLToPath(new URL("../../", import.meta.url));
const PATH = "docs/tutorial/first-job.md";

/**
 * What stands in for the programs that a machine without registry and without kind lacks. kubectl keeps
 * to the namespace of the test, and takes the images that are loaded there. The image was made, and
 * loaded, before the tests.
 */
const programs = (namespace: string): Readonly<Record<string, string>> => ({
  kubectl: `
    PATH=\${PATH#*:} # the cluster's may have the same name, and is not this one
    images() {
      sed -e 's|busybox:1.36|${IMAGES.busybox}|' -e 's|koordinator:0.1.0|${IMAGES.koordinator}|' "$@"
    }
    if [ "$1" = apply ]; then
      file=$3; [ "$file" = - ] && file=/dev/stdin
      images "$file" | "$KOORDINATOR_E2E_KUBECTL" --namespace ${namespace} apply -f -
    else
      exec "$KOORDINATOR_E2E_KUBECTL" --namespace ${namespace} "$@"
    fi`,
  kind: `
    case "$*" in
      "create cluster" | "load image-archive dist/koordinator.image.tar") ;;
      *) echo "kind has no such call: $*"; exit 1 ;;
    esac`,
  npx: `
    [ "$1 $2" = "-y deno@2.6.8" ] || exit 1
    shift 2
    case "$*" in
      "task compile") test -e dist/koordinator ;;
      "task image koordinator:0.1.0") test -e dist/koordinator.image.tar ;;
      *) exec "${Deno.execPath()}" "$@" ;;
    esac`,
});

clusterTest("the tutorial's commands print what it says, as they are printed there", async (ns) => {
  const page = { path: PATH, text: await Deno.readTextFile(`${REPOSITORY}${PATH}`) };
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, script] of Object.entries(programs(ns.name))) {
      await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/bash\n${script}\n`, { mode: 0o755 });
    }
    for (const printed of printedOf(page)) {
      await runPrinted(printed, { cwd: REPOSITORY, programs: folder });
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}, { skipped: await exists(`${REPOSITORY}dist/koordinator`) ? undefined : "nothing was compiled" });

clusterTest(
  "taken away from the tutorial's client alone, the server says that it hears nothing of it",
  async (ns) => {
    const bare = (container: ExampleContainer) =>
      container.name === "client"
        ? { ...container, command: ["wget", "-q", "-O", "-", "http://127.0.0.1:8080/"], env: [] }
        : container;
    await ns.apply(...await example(ns, bare, "first.yaml"));
    const { object } = await ns.until(
      "the client has failed",
      ({ object }) => terminated(object, "client")?.exitCode === 1,
    );
    await ns.logged(object.metadata.name, "server", "nothing is heard of client");
    const server = ns.history.map(({ object }) => container(object, "server")).at(-1);
    assertEquals(server?.state.terminated, undefined);
  },
);

Deno.test("the tutorial shows its manifest as it is, and has commands to run", async () => {
  const text = await Deno.readTextFile(`${REPOSITORY}${PATH}`);
  assert(text.includes(await Deno.readTextFile(`${REPOSITORY}examples/first.yaml`)));
  assert(printedOf({ path: PATH, text }).length >= 6);
});
