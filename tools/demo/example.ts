/** A container of the example, as far as the demo plays it. */
export interface ExampleContainer {
  readonly name: string;
  /** The value of KOOORDINATOR_SPEC, unchanged. */
  readonly spec: string;
}

/**
 * Reads the supervised containers out of examples/job.yaml. It knows the layout of that one file;
 * YAML at large is not needed for it.
 */
export async function readExample(): Promise<readonly ExampleContainer[]> {
  const text = await Deno.readTextFile(new URL("../../examples/job.yaml", import.meta.url));
  const [, afterContainers = ""] = text.split(/^ {6}containers:\n/m);
  return afterContainers.split(/^ {8}- (?=name:)/m).slice(1).map((block) => {
    const name = /^name: (\S+)/.exec(block)?.[1];
    const spec = /KOOORDINATOR_SPEC\n\s+value: '(.*)'/.exec(block)?.[1];
    if (name === undefined || spec === undefined) {
      throw new Error(`examples/job.yaml: a container without name or spec:\n${block}`);
    }
    return { name, spec };
  });
}
