import { KoordinatorError } from "./errors.ts";

/** The pod that this process runs in. */
export interface Identity {
  readonly name: string;
  readonly namespace: string;
  /** Tells this pod from a successor of the same name; known only from the token. */
  readonly uid?: string;
}

/**
 * Finds out which pod this is: from the variables, else the files of a downward API volume at
 * /etc/podinfo, else the claims of the service-account token (KEP-1205).
 *
 * @param variables what the environment says
 * @param readText reads a file; undefined if it cannot be read
 * @param claims the claims of the token; undefined if it has none
 * @throws {KoordinatorError} exit code 125, if none of them tells
 */
export function findIdentity(
  variables: { readonly podName: string | undefined; readonly podNamespace: string | undefined },
  readText: (path: string) => string | undefined,
  claims: () => {
    readonly name?: string | undefined;
    readonly uid?: string | undefined;
    readonly namespace?: string | undefined;
  } | undefined,
): Identity {
  const claimed = claims();
  const read = (path: string) => readText(path)?.trim() || undefined;
  const name = variables.podName ?? read("/etc/podinfo/name") ?? claimed?.name;
  const namespace = variables.podNamespace ?? read("/etc/podinfo/namespace") ?? claimed?.namespace;
  if (name === undefined || namespace === undefined) {
    const [what, file, variable] = name === undefined
      ? ["name", "/etc/podinfo/name", "KOORDINATOR_POD_NAME"]
      : ["namespace", "/etc/podinfo/namespace", "KOORDINATOR_POD_NAMESPACE"];
    throw new KoordinatorError(`the ${what} of this pod is unknown`, {
      hint: `mount a downward API volume with ${file}, or set ${variable}`,
    });
  }
  // A uid vouches only for the pod that the token names.
  const uid = claimed?.name === name && claimed.namespace === namespace ? claimed.uid : undefined;
  return uid === undefined ? { name, namespace } : { name, namespace, uid };
}

/** What the kubelet's mount of a termination message tells. */
export interface Mounted {
  readonly container: string;
  readonly podUid: string;
  /** The container's `terminationMessagePath`. */
  readonly messagePath: string;
}

/**
 * This container and its pod, out of /proc/self/mountinfo (proc_pid_mountinfo(5)): the kubelet mounts
 * `.../pods/UID/containers/NAME/HASH` wherever `terminationMessagePath` says.
 */
export function findOwnContainer(mountinfo: string): Mounted | undefined {
  for (const line of mountinfo.split("\n")) {
    const [, , , root = "", mountPoint = ""] = line.split(" ");
    const [, podUid, container] = /\/pods\/([^/]+)\/containers\/([^/]+)\/[0-9a-f]+$/.exec(root) ??
      [];
    if (podUid !== undefined && container !== undefined) {
      return { container, podUid, messagePath: unescape(mountPoint) };
    }
  }
  return undefined;
}

/** The kernel writes a blank, a tab, a line's end and a backslash as three octal digits. */
function unescape(path: string): string {
  const bytes = new TextEncoder().encode(path);
  const plain: number[] = [];
  for (let at = 0; at < bytes.length; at++) {
    const [, digits] = /^\\([0-7]{3})/.exec(String.fromCharCode(...bytes.subarray(at, at + 4))) ??
      [];
    plain.push(digits === undefined ? bytes[at] ?? 0 : Number.parseInt(digits, 8));
    if (digits !== undefined) at += 3;
  }
  return new TextDecoder().decode(Uint8Array.from(plain));
}
