import { assertEquals } from "@std/assert";
import { evaluate } from "./stubs.ts";

/** The version of kind, or of the Kubernetes in a given image, and whether the gate is set. */
const CASES: readonly [string, "kind" | "image", boolean][] = [
  ["kind v0.23.0 go1.22.4 linux/amd64", "kind", false],
  ["kind v0.24.0 go1.22.6 linux/amd64", "kind", true],
  ["kind v0.30.0 go1.24.6 linux/amd64", "kind", true],
  ["kind v0.31.0 go1.25.5 linux/amd64", "kind", false],
  ["v1.30.4", "image", false],
  ["v1.31.0", "image", true],
  ["v1.34.4", "image", true],
  ["v1.35.0", "image", false],
];

for (const [version, of, set] of CASES) {
  const does = set ? "switched on" : "left alone";
  const whose = of === "kind" ? "" : "Kubernetes ";
  Deno.test(`image volumes are ${does} for ${whose}${version}`, async () => {
    const image = of === "kind" ? "" : 'image: "kindest/node:test", ';
    const { value } = await evaluate(
      "tools/e2e/image_volume.ts",
      `subject.imageVolumeConfig({ engine: { program: "engine" }, ${image}env: {} })`,
      { programs: { [of === "kind" ? "kind" : "engine"]: `echo "${version}"` } },
    );
    const config = "kind: Cluster\napiVersion: kind.x-k8s.io/v1alpha4\n";
    assertEquals(value, set ? `${config}featureGates: {ImageVolume: true}\n` : config);
  });
}
