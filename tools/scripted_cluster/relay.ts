/** A TCP relay in front of a server, to break connections as a network does. */

/** Each connection is named by the port that it has towards the server; one that is gone may be named. */
export interface Relay extends Disposable {
  /** Where clients connect to. */
  readonly port: number;
  /** Ends a connection by RST. */
  reset(port: number): void;
  /** Ends a connection by FIN, wherever it stands. */
  finish(port: number): void;
  /** Passes nothing on any more and tells nobody: to the client the connection is half-open. */
  silence(port: number): void;
  /** Refuses connections for a while, and ends those that are open; one at a time. */
  outage(ms: number): Promise<void>;
  /** Accepts so many connections only to close them, as a mesh does whose proxy is not up. */
  turnAway(connections: number): Promise<void>;
  /** Serves every connection that comes from now on. */
  heal(): void;
}

interface Link {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  silent: boolean;
}

/** Relays a port to another one on the same address. */
export function startRelay(
  { hostname, port, to }: {
    readonly hostname: string;
    readonly port: number;
    readonly to: number;
  },
): Relay {
  const links = new Map<number, Link>();
  let listener = Deno.listen({ hostname, port });
  const address = { hostname, port: listener.addr.port };
  let toTurnAway = 0;
  let turnedAway = Promise.withResolvers<void>();
  let away: { readonly timer: number; readonly over: PromiseWithResolvers<void> } | undefined;
  serve(listener);

  async function serve(listening: Deno.TcpListener): Promise<void> {
    for await (const client of listening) {
      if (toTurnAway > 0) {
        client.close();
        if (--toTurnAway === 0) turnedAway.resolve();
      } else {
        connect(client);
      }
    }
  }

  async function connect(client: Deno.TcpConn): Promise<void> {
    let server: Deno.TcpConn;
    try {
      server = await Deno.connect({ hostname, port: to });
    } catch {
      close(client);
      return;
    }
    const link = { client, server, silent: false };
    const name = server.localAddr.port;
    links.set(name, link);
    await Promise.all([pass(client, server, link), pass(server, client, link)]);
    if (links.get(name) === link) links.delete(name);
  }

  /** Passes bytes on until either side ends; then both end. */
  async function pass(from: Deno.TcpConn, to: Deno.TcpConn, link: Link): Promise<void> {
    const buffer = new Uint8Array(65_536);
    try {
      for (;;) {
        const size = await from.read(buffer);
        if (size === null) break;
        for (let at = 0; at < size && !link.silent;) {
          at += await to.write(buffer.subarray(at, size));
        }
      }
    } catch {
      // One side has ended the connection.
    }
    // A half-open connection is one whose other end went away without a word.
    if (!link.silent || from === link.client) {
      close(from);
      close(to);
    }
  }

  function comeBack(): void {
    if (away === undefined) return;
    clearTimeout(away.timer);
    listener = Deno.listen(address);
    serve(listener);
    away.over.resolve();
    away = undefined;
  }

  function finish(link: Link | undefined): void {
    if (link === undefined) return;
    close(link.client);
    close(link.server);
  }

  return {
    port: address.port,
    reset(name) {
      const link = links.get(name);
      if (link !== undefined) resetOnClose(link.client);
      finish(link);
    },
    finish: (name) => finish(links.get(name)),
    silence(name) {
      const link = links.get(name);
      if (link !== undefined) link.silent = true;
    },
    outage(ms) {
      if (away !== undefined) return away.over.promise;
      close(listener);
      for (const link of links.values()) finish(link);
      away = { timer: setTimeout(comeBack, ms), over: Promise.withResolvers<void>() };
      return away.over.promise;
    },
    turnAway(connections) {
      toTurnAway = connections;
      turnedAway = Promise.withResolvers<void>();
      return turnedAway.promise;
    },
    heal() {
      toTurnAway = 0;
      comeBack();
    },
    [Symbol.dispose]() {
      clearTimeout(away?.timer);
      close(listener);
      for (const link of links.values()) finish(link);
    },
  };
}

function close(resource: { readonly close: () => void }): void {
  try {
    resource.close();
  } catch {
    // It is closed already.
  }
}

/** Makes the kernel end a connection by RST: SO_LINGER with no time (socket(7)). */
function resetOnClose({ localAddr, remoteAddr }: Deno.TcpConn): void {
  const SOL_SOCKET = 1, SO_LINGER = 13;
  const on = new Int32Array([1, 0]);
  const libc = Deno.dlopen("libc.so.6", {
    setsockopt: { parameters: ["i32", "i32", "i32", "buffer", "u32"], result: "i32" },
  });
  try {
    const fd = descriptorOf(localAddr.port, remoteAddr.port);
    const result = libc.symbols.setsockopt(fd, SOL_SOCKET, SO_LINGER, on, on.byteLength);
    if (result !== 0) throw new Error("SO_LINGER cannot be set");
  } finally {
    libc.close();
  }
}

/** The file descriptor of one of this process's own connections, by its two ports. */
function descriptorOf(local: number, remote: number): number {
  const hex = (port: number) => port.toString(16).toUpperCase().padStart(4, "0");
  const ports = new RegExp(`^\\s*\\d+: \\w+:${hex(local)} \\w+:${hex(remote)} `);
  const inode = ["tcp", "tcp6"]
    .flatMap((table) => Deno.readTextFileSync(`/proc/self/net/${table}`).split("\n"))
    .find((line) => ports.test(line))?.trim().split(/\s+/)[9];
  for (const { name } of Deno.readDirSync("/proc/self/fd")) {
    try {
      if (Deno.readLinkSync(`/proc/self/fd/${name}`) === `socket:[${inode}]`) return Number(name);
    } catch {
      // The descriptor of this very listing is gone.
    }
  }
  throw new Error(`no connection from ${local} to ${remote}`);
}
