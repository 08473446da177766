/** Stands for a Job's own program: needs the database at its first try, works for 2 s, is done. */
const port = Number(Deno.args[0]);
try {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.close();
} catch (error) {
  console.log(`no database: ${error instanceof Error ? error.message : error}`);
  Deno.exit(1);
}
console.log("starts, is connected to the database, and works for 2 s");
await new Promise((resolve) => setTimeout(resolve, 2_000));
console.log("has done its work");
