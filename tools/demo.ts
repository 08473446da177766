/**
 * `deno task demo`: plays examples/job.yaml with real processes, with neither a cluster nor root, and
 * the same pod without koordinator beside it. Two scripts stand for the programs; koordinator, its
 * configuration, signals and probes are the real ones.
 */
import { fileURLToPath } from "node:url";
import { simulate } from "../lib/cli/simulate.ts";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** A port that nobody listens on: this machine may well have a server on the example's. */
function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** A stand-in as `--with` reads it. */
function withScript(container: string, script: string, ...args: readonly number[]): string {
  const words = [Deno.execPath(), "run", "--quiet", "-A", here(script), ...args.map(String)];
  const quoted = words.map((word) => `'${word.replaceAll("'", "'\\''")}'`);
  return `--with=${container}=${quoted.join(" ")}`;
}

const [readinessPort, databasePort] = [freePort(), freePort()];
Deno.exit(
  await simulate([
    here("../examples/job.yaml"),
    "--real",
    "--without",
    `--port=9090=${readinessPort}`,
    withScript("cloud-sql-proxy", "./demo/proxy.ts", readinessPort, databasePort),
    withScript("main-container", "./demo/main_app.ts", databasePort),
  ]),
);
