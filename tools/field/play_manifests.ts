import type { Cluster } from "../e2e/cluster.ts";
import { output } from "../e2e/output.ts";
import { makeFieldImages } from "./images.ts";
import { MANIFESTS } from "./manifests.ts";
import { Place } from "./place.ts";
import type { Result } from "./result.ts";

/** How many manifests are played at the same time. */
const SIDE_BY_SIDE = 4;

/** Plays manifests on a cluster, each in a namespace of its own. */
export async function playManifests(
  names: readonly string[],
  { folder, repository, cluster, tell }: {
    readonly folder: string;
    readonly repository: string;
    readonly cluster: Cluster;
    readonly tell: (result: Result) => void;
  },
): Promise<void> {
  const kubectl = (...args: readonly string[]) =>
    output([cluster.kubectl, ...args], {
      env: cluster.kubeconfig === undefined ? {} : { KUBECONFIG: cluster.kubeconfig },
    });
  const { tars, missing } = await makeFieldImages(repository);
  await cluster.load([`${repository}/dist/koordinator.image.tar`, ...tars]);
  const left = [...names];
  const worker = async () => {
    for (let name; (name = left.shift()) !== undefined;) {
      const play = MANIFESTS[name];
      if (play === undefined) continue;
      const text = await Deno.readTextFile(`${folder}/${name}`);
      const image = missing.find((each) => text.includes(`image: ${each}`));
      const skipped = typeof play === "string"
        ? play
        : image === undefined
        ? undefined
        : `the image ${image} could not be made`;
      if (skipped !== undefined || typeof play === "string") {
        tell({ name, faults: [], skipped: skipped ?? "" });
        continue;
      }
      tell({ name, faults: await playOne(name, text, play) });
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));

  async function playOne(
    name: string,
    manifest: string,
    play: (place: Place) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const namespace = `field-${name.replace(".yaml", "")}`;
    const rights = await Deno.readTextFile(`${folder}/00-rbac.yaml`);
    const place = new Place(cluster, namespace);
    try {
      await kubectl("delete", "namespace", namespace, "--ignore-not-found", "--timeout=120s");
      await kubectl("create", "namespace", namespace);
      await place.apply(rights.replaceAll("namespace: default", `namespace: ${namespace}`));
      await place.apply(manifest.replaceAll("namespace: default", `namespace: ${namespace}`));
      return await play(place);
    } catch (error) {
      return [error instanceof Error ? error.message : String(error), await place.describe()];
    } finally {
      await kubectl("delete", "namespace", namespace, "--wait=false").catch(() => {});
    }
  }
}
