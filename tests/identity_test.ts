import { assertEquals, assertThrows } from "@std/assert";
import { KoordinatorError } from "../lib/errors.ts";
import { findContainer, findIdentity } from "../lib/identity.ts";

const unset = { podName: undefined, podNamespace: undefined };
const files = new Map([["/etc/podinfo/name", " pod-f\n"], ["/etc/podinfo/namespace", "ns-f\n"]]);
const claims = { name: "pod-t", namespace: "ns-t", uid: "uid-t" };

Deno.test("the variables come before the files, the files before the token's claims", () => {
  const set = { podName: "pod-v", podNamespace: "ns-v" };
  const read = (path: string) => files.get(path);
  assertEquals(findIdentity(set, read, () => claims), { name: "pod-v", namespace: "ns-v" });
  assertEquals(findIdentity(unset, read, () => claims), { name: "pod-f", namespace: "ns-f" });
  assertEquals(findIdentity(unset, () => undefined, () => claims), claims);
});

Deno.test("the token's uid counts only for the pod that the token names", () => {
  const same = { podName: "pod-t", podNamespace: "ns-t" };
  assertEquals(findIdentity(same, () => undefined, () => claims).uid, "uid-t");
});

Deno.test("a pod that nothing names is an error with the remedy", () => {
  const error = assertThrows(
    () => findIdentity(unset, () => undefined, () => undefined),
    KoordinatorError,
    "the name of this pod is unknown",
  );
  assertEquals(error.exitCode, 125);
});

Deno.test("the container's name stands in the mount of its termination log", () => {
  const root = "/var/lib/kubelet/pods/0f2c/containers/cloud-sql-proxy/1a2b3c4d";
  const mountinfo = `1 2 8:1 / / rw - ext4 /dev/sda rw\n` +
    `3 2 8:1 ${root} /dev/termination-log rw,relatime - ext4 /dev/sda rw\n`;
  const found = { container: "cloud-sql-proxy", podUid: "0f2c" };
  assertEquals(findContainer(mountinfo), found);
  assertEquals(findContainer(""), undefined);
});
