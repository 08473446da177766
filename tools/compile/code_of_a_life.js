/**
 * Imported before the first module of a compiled koordinator: when that ends, what V8 has compiled by then
 * goes into the file that CODE_CACHE names. Code that it has already must be taken by V8.
 */
import { Script } from "node:vm";
import { untilCall } from "./until_call.js";

// Who plays the life is told when it comes to rest: memory is given back then.
const { gc } = globalThis;
globalThis.gc = (...options) => {
  gc(...options);
  Deno.writeTextFileSync(Deno.env.get("AT_REST"), "");
};

const { runInThisContext } = Script.prototype;
Script.prototype.runInThisContext = function (...options) {
  if (this.cachedDataRejected === true) {
    throw new Error("V8 does not take the code that it has made");
  }
  untilCall(
    "exit_group",
    () => Deno.writeFileSync(Deno.env.get("CODE_CACHE"), this.createCachedData()),
  );
  return runInThisContext.apply(this, options);
};
