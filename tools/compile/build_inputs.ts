import * as v from "valibot";

const sha256 = v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "not a SHA-256 in hexadecimal"));
const text = v.pipe(v.string(), v.nonEmpty());

const Library = v.strictObject({
  name: text,
  sha256,
  size: v.pipe(v.number(), v.safeInteger(), v.minValue(1)),
  package: v.nullable(text),
  packageVersion: v.nullable(text),
});

const Package = v.strictObject({ name: text, version: text, license: text });

const BuildInputsSchema = v.strictObject({
  version: text,
  arch: v.picklist(["x86_64", "aarch64"]),
  deno: text,
  v8: text,
  runtime: v.strictObject({ sha256 }),
  libraries: v.array(Library),
  compiler: text,
  packages: v.array(Package),
  program: v.strictObject({ sha256 }),
});

/**
 * What an executable was made of: `EXECUTABLE.build.json`, which `deno task compile` writes beside it.
 *
 * - `version`: koordinator's
 * - `runtime`: Deno's runtime before it was sealed
 * - `libraries`: the shared objects sealed into it; `package` is the Debian package that they came from
 * - `compiler`: the first line of `cc --version`
 * - `packages`: the npm packages that the program holds parts of
 * - `program`: the bundle of koordinator's own sources and of those packages
 */
export type BuildInputs = v.InferOutput<typeof BuildInputsSchema>;

/** A shared object that was sealed into the executable. */
export type SealedLibrary = BuildInputs["libraries"][number];

/** Where the build inputs of an executable stand. */
export function buildInputsPath(executable: string): string {
  return `${executable}.build.json`;
}

/**
 * Parses build inputs.
 *
 * @param path where the text was found, for the error
 * @throws {Error} naming the place of the fault
 */
export function parseBuildInputs(text: string, path: string): BuildInputs {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new Error(`${path}: not JSON; run \`deno task compile\` again`, { cause });
  }
  const parsed = v.safeParse(BuildInputsSchema, value);
  if (parsed.success) return parsed.output;
  const [{ message }] = parsed.issues;
  const at = v.getDotPath(parsed.issues[0]) ?? "the whole";
  throw new Error(`${path}: ${at}: ${message}; run \`deno task compile\` again`);
}
