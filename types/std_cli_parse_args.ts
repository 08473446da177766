// Back to JSR: map "@std/cli/parse-args" to "jsr:@std/cli@1/parse-args" in deno.json (docs/decisions/0002).
// @ts-types="./std_cli_parse_args.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
