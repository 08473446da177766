/**
 * Stands for the Cloud SQL Auth Proxy: takes 2 s to come up, then answers /readiness and accepts
 * connections to the database, until SIGTERM.
 */
const [readinessPort, databasePort] = Deno.args.map(Number);
if (readinessPort === undefined || databasePort === undefined) {
  console.error("proxy.ts READINESS_PORT DATABASE_PORT");
  Deno.exit(2);
}
let ready = false;
Deno.addSignalListener("SIGTERM", () => {
  console.log("stops, as SIGTERM asks");
  Deno.exit(0);
});
Deno.serve(
  { hostname: "127.0.0.1", port: readinessPort, onListen() {} },
  () => new Response(ready ? "ok" : "not yet", { status: ready ? 200 : 503 }),
);
console.log("starts, and needs 2 s to be ready");
await new Promise((resolve) => setTimeout(resolve, 2_000));
const listener = Deno.listen({ hostname: "127.0.0.1", port: databasePort });
ready = true;
console.log("accepts connections to the database");
for await (const connection of listener) connection.close();
