import { assertEquals } from "@std/assert";
import { keepAlive } from "../../lib/linux/socket_calls.ts";

// The C library stays open for all tests; where no connection leads to a port nothing is done.
keepAlive(1);

/** Of a connection from a port to another: whether the kernel asks the peer when it is silent (proc_net_tcp(5)). */
async function isKeptAlive(from: number, to: number): Promise<boolean> {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");
  const tables = await Promise.all(
    ["tcp", "tcp6"].map((table) => Deno.readTextFile(`/proc/self/net/${table}`)),
  );
  const line = tables.join("\n").split("\n").find((line) =>
    new RegExp(`^\\s*\\d+: \\w+:${hex(from)} \\w+:${hex(to)} `).test(line)
  );
  const KEEP_ALIVE_TIMER = "02";
  return line?.trim().split(/\s+/)[5]?.startsWith(`${KEEP_ALIVE_TIMER}:`) ?? false;
}

for (const hostname of ["127.0.0.1", "::1"]) {
  Deno.test(`the kernel watches the connections that lead to a port of ${hostname}, and no others`, async () => {
    using listener = Deno.listen({ hostname, port: 0 });
    using other = Deno.listen({ hostname, port: 0 });
    const { port } = listener.addr;
    using client = await Deno.connect({ hostname, port });
    using _server = await listener.accept();
    using bystander = await Deno.connect({ hostname, port: other.addr.port });
    using _accepted = await other.accept();
    assertEquals(await isKeptAlive(client.localAddr.port, port), false);
    keepAlive(port);
    assertEquals(await isKeptAlive(client.localAddr.port, port), true);
    assertEquals(await isKeptAlive(bystander.localAddr.port, other.addr.port), false);
  });
}
