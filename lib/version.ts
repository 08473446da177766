/** The version of koordinator, as `koordinator version` prints it; the same as in deno.json. */
export const VERSION = "0.1.0";
