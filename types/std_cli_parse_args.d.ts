/** Types of the part of `@std/cli/parse-args` that koordinator uses. */
export interface ParseOptions {
  readonly boolean?: readonly string[];
  readonly string?: readonly string[];
  readonly unknown?: (arg: string, key?: string, value?: unknown) => unknown;
  readonly stopEarly?: boolean;
  readonly collect?: readonly string[];
}
export interface Args {
  readonly _: readonly (string | number)[];
  readonly [flag: string]: unknown;
}
export function parseArgs(args: readonly string[], options?: ParseOptions): Args;
