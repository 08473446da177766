/** Where image volumes have to be switched on: Kubernetes knows them since 1.31, and has them on since 1.35. */
import type { Kind } from "./kind_command.ts";
import { output } from "./output.ts";

/** The minor versions of Kubernetes 1 that have the gate and have it off (pkg/features/kube_features.go). */
const OFF = { from: 31, to: 34 } as const;
/** Those of kind 0 whose own node image is of such a version (kind's release notes). */
const KIND_OFF = { from: 24, to: 30 } as const;

/** The kind configuration of a cluster with image volumes, wherever its Kubernetes has them. */
export async function imageVolumeConfig(kind: Kind): Promise<string> {
  const config = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";
  return await needsGate(kind) ? `${config}featureGates: {ImageVolume: true}\n` : config;
}

/** A version that does not know the gate refuses to start with it. */
async function needsGate({ image, engine, env }: Kind): Promise<boolean> {
  if (image === undefined) {
    const printed = await output(["kind", "version"], { env });
    return isWithin(minorOf(/^kind v?0\.(\d+)\./, printed), KIND_OFF);
  }
  // kind's node images carry the version of their Kubernetes in this file.
  const run = [engine.program, "run", "--rm", "--network", "none", "--entrypoint", "cat"];
  const printed = await output([...run, image, "/kind/version"]);
  return isWithin(minorOf(/^v?1\.(\d+)\./, printed), OFF);
}

function minorOf(pattern: RegExp, printed: string): number {
  const minor = pattern.exec(printed)?.[1];
  if (minor === undefined) throw new Error(`no version is told by "${printed.trim()}"`);
  return Number(minor);
}

function isWithin(minor: number, { from, to }: { from: number; to: number }): boolean {
  return from <= minor && minor <= to;
}
