/**
 * Plays a start of the bundle that its first argument names until it would become the command: it ends
 * there instead, so that V8's log is written.
 */
import { untilCall } from "./until_call.js";

const [main] = Deno.args;
untilCall("execve", () => {});
Object.defineProperty(Deno, "build", { value: { ...Deno.build, standalone: true } });
Object.defineProperty(Deno, "args", { value: ["/bin/true"] });
await import(`file://${main}`);
