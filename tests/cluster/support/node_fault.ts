/**
 * What runc says where the kernel does not freeze a new container's cgroup in time, as on a slow node that
 * is itself a container (libcontainer/cgroups, the freezer): the container never began to run.
 */
const UNFROZEN = /runc create failed: .*unable to freeze/;

/**
 * Why a test tells nothing of koordinator, in words; undefined if it does.
 *
 * @param description all that the cluster tells of the test's namespace
 */
export function faultOfNode(description: string): string | undefined {
  return UNFROZEN.test(description)
    ? "the node's runc could not freeze a container's cgroup, and did not start it"
    : undefined;
}
