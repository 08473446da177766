/** A test of a cluster that fails, as others may: run by those that look at what it prints then. */
import { fail } from "@std/assert";
import { clusterTest } from "../cluster/support/cluster.ts";
import { pod } from "../cluster/support/manifests.ts";

clusterTest("this fails", async (ns) => {
  await ns.apply(pod("speaks", [{ name: "main", command: ["echo", "words of main"] }]));
  await ns.logged("speaks", "main", "words of main");
  fail("on purpose");
});
