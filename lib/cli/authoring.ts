/**
 * What is called on an author's machine, in one module: the three have the reader of manifests and the
 * model of a pod in common, and a supervisor keeps every module in memory, called or not.
 */
export { check } from "./check.ts";
export { graph } from "./graph.ts";
export { simulate } from "./simulate.ts";
