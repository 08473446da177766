import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { listSkips, runTests, skipsIn } from "../../tools/e2e/run_tests.ts";

const repository = fileURLToPath(new URL("../..", import.meta.url));

/** A kubectl that knows one pod, the way `Namespace` asks. */
const KUBECTL = `case "$*" in
  *"get serviceaccounts"*) echo serviceaccount/default ;;
  *"get --raw"*)
    echo '{"type":"ADDED","object":{"metadata":{"name":"speaks"},"status":{"containerStatuses":[{"name":"main","ready":false,"restartCount":0}]}}}'
    exec /bin/sleep 60 ;;
  *"get pods"*) echo "speaks 0/1 ImagePullBackOff" ;;
  *"get events"*) echo "speaks Failed no such image" ;;
  *"get nodes"*) echo "the node is Ready" ;;
  *logs*) echo "words of main" ;;
esac`;

Deno.test("a test that fails on a cluster prints its pods, events and logs, however quiet it is to be", async () => {
  const kubectl = await Deno.makeTempFile();
  await Deno.writeTextFile(kubectl, `#!/bin/sh\n${KUBECTL}\n`);
  await Deno.chmod(kubectl, 0o755);
  let printed = "";
  try {
    const { counts } = await runTests({
      repository,
      paths: ["tests/support/failing_in_cluster.ts"],
      env: { KOORDINATOR_E2E_KUBECTL: kubectl },
      options: ["--quiet", "--parallel"],
      print: (text) => {
        printed += text;
      },
    });
    assertEquals(counts, { passed: 0, failed: 1, skipped: 0 });
  } finally {
    await Deno.remove(kubectl);
  }
  for (
    const part of ["on purpose", "ImagePullBackOff", "no such image", "is Ready", "words of main"]
  ) {
    assertMatch(printed, new RegExp(part));
  }
});

Deno.test("without a cluster every test is skipped, with the reason in its name", async () => {
  const { counts, skips } = await runTests({
    repository,
    paths: ["tests/support/failing_in_cluster.ts"],
    env: {},
    options: ["--quiet", "--parallel"],
    print: () => {},
  });
  assertEquals(counts, { passed: 0, failed: 0, skipped: 1 });
  assertEquals(skips, [{ test: "this fails", reason: "there is no cluster" }]);
});

Deno.test("skipped tests are listed below their reasons", () => {
  const printed = [
    "./a_test.ts => mounts it (skipped: no image volumes: not known) ... ignored (0ms)",
    "./a_test.ts => copies it ... ok (3s)",
    "mounts it again (skipped: no image volumes: not known) ... ignored (0ms)",
    "is left out ... ignored (0ms)",
  ];
  assertEquals(listSkips(skipsIn(printed.join("\n"))), [
    "skipped, no image volumes: not known:",
    "  mounts it",
    "  mounts it again",
    "skipped, no reason given:",
    "  is left out",
  ]);
});
