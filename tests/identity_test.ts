import { assertEquals, assertThrows } from "@std/assert";
import { KoordinatorError } from "../lib/errors.ts";
import { findIdentity, findOwnContainer } from "../lib/identity.ts";

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

Deno.test("the container's name stands in the mount of its termination message, wherever that is", () => {
  const root = "/var/lib/kubelet/pods/0f2c/containers/cloud-sql-proxy/1a2b3c4d";
  const mountinfo = (point: string, from = root) =>
    `1 2 8:1 / / rw - ext4 /dev/sda rw\n` +
    `2 2 8:1 /var/lib/kubelet/pods/0f2c/etc-hosts /etc/hosts rw - ext4 /dev/sda rw\n` +
    `3 2 8:1 /pods/0f2c/volume-subpaths/config/cloud-sql-proxy/0 /etc/x rw - ext4 /dev/sda rw\n` +
    `4 2 8:1 ${from} ${point} rw,relatime - ext4 /dev/sda rw\n`;
  const found = { container: "cloud-sql-proxy", podUid: "0f2c" };
  const cases = [
    ["/dev/termination-log", "/dev/termination-log"],
    ["/tmp/t", "/tmp/t"],
    ["/my\\040own\\134log", "/my own\\log"],
    ["/tmp/ende-ü", "/tmp/ende-ü"],
  ] as const;
  for (const [point, messagePath] of cases) {
    assertEquals(findOwnContainer(mountinfo(point)), { ...found, messagePath });
  }
  // A disk of its own for the kubelet's folder.
  assertEquals(findOwnContainer(mountinfo("/t", "/pods/0f2c/containers/cloud-sql-proxy/1a2b")), {
    ...found,
    messagePath: "/t",
  });
  assertEquals(findOwnContainer(mountinfo("/t", "/somewhere/else")), undefined);
  assertEquals(findOwnContainer(""), undefined);
});
