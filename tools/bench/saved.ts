/** The parts that were measured, kept from one run to the next. */
import * as v from "valibot";
import { type Part, partSchema } from "./figure.ts";

/** The parts, in the order in which they are measured and shown. */
export const PART_NAMES = ["micro", "job", "burst", "scale"] as const;
export type PartName = typeof PART_NAMES[number];

/** Keeps a part, in place of what was there. */
export async function savePart(folder: string, name: PartName, part: Part): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  const file = `${folder}/${name}.json`;
  await Deno.writeTextFile(`${file}.new`, JSON.stringify(part));
  await Deno.rename(`${file}.new`, file);
}

/** All parts that were ever measured here. */
export async function savedParts(folder: string): Promise<ReadonlyMap<PartName, Part>> {
  const parts = new Map<PartName, Part>();
  for (const name of PART_NAMES) {
    try {
      const text = await Deno.readTextFile(`${folder}/${name}.json`);
      parts.set(name, v.parse(partSchema, JSON.parse(text)));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return parts;
}
