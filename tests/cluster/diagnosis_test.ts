/** What a test that fails tells of the cluster. */
import { fileURLToPath } from "node:url";
import { assertEquals, assertMatch } from "@std/assert";
import { runTests } from "../../tools/e2e/run_tests.ts";
import { clusterTest } from "./support/cluster.ts";

clusterTest("a test that fails prints its pods, events and logs", async () => {
  let printed = "";
  const { counts } = await runTests({
    repository: fileURLToPath(new URL("../..", import.meta.url)),
    paths: ["tests/support/failing_in_cluster.ts"],
    env: {},
    options: ["--quiet", "--parallel"],
    print: (text) => {
      printed += text;
    },
  });
  assertEquals(counts, { passed: 0, failed: 1, skipped: 0 }, printed);
  assertMatch(printed, /speaks +[01]\/1 /);
  assertMatch(printed, /speaks +Scheduled/);
  assertMatch(printed, /--- speaks main\nwords of main/);
});
