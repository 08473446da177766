import * as v from "valibot";

const BuildInputsSchema = v.object({
  version: v.string(),
  arch: v.picklist(["x86_64", "aarch64"]),
  deno: v.string(),
  v8: v.string(),
  runtime: v.object({ sha256: v.string() }),
  libraries: v.array(v.object({
    name: v.string(),
    sha256: v.string(),
    size: v.number(),
    package: v.nullable(v.string()),
    packageVersion: v.nullable(v.string()),
  })),
  compiler: v.string(),
  packages: v.array(v.object({ name: v.string(), version: v.string(), license: v.string() })),
  program: v.object({ sha256: v.string() }),
});
/** What an executable was built from. */
export type BuildInputs = v.InferOutput<typeof BuildInputsSchema>;
