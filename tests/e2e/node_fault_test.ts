import { assertEquals } from "@std/assert";
import { faultOfNode } from "../cluster/support/node_fault.ts";

const RUNC =
  "Error: failed to create containerd task: failed to create shim task: OCI runtime create failed: " +
  "runc create failed: unable to start container process: error during container init: ";

Deno.test("only what the node did wrong is played again", () => {
  const unfrozen = `${RUNC}error setting cgroup config for procHooks process: unable to freeze`;
  assertEquals(typeof faultOfNode(`first  Failed  ${unfrozen}\n`), "string");
  for (
    const other of [
      "",
      "unable to freeze",
      `${RUNC}exec: "/main-app": stat /main-app: no such file or directory: unknown`,
      `${RUNC}exec format error\nunable to freeze`,
    ]
  ) assertEquals(faultOfNode(other), undefined, other);
});
