import { systemCall } from "./system_calls.ts";

/** asm-generic/socket.h, and linux/tcp.h: levels and options of setsockopt(2), see tcp(7). */
const SOL_SOCKET = 1;
const SO_KEEPALIVE = 9;
const IPPROTO_TCP = 6;
const TCP_KEEPIDLE = 4;
const TCP_KEEPINTVL = 5;
const TCP_KEEPCNT = 6;
const TCP_USER_TIMEOUT = 18;

/** linux/socket.h. */
const AF_INET = 2;
const AF_INET6 = 10;
const SOCKADDR_SIZE = 28;

/** The first descriptor that is not one of stdio. */
const FIRST = 3;

/**
 * After twenty seconds of silence the kernel asks the peer whether it is there, and again every five:
 * who has not answered for 35 seconds is gone. client-go's HTTP/2 health check takes 45.
 */
const OPTIONS = [
  [SOL_SOCKET, SO_KEEPALIVE, 1],
  [IPPROTO_TCP, TCP_KEEPIDLE, 20],
  [IPPROTO_TCP, TCP_KEEPINTVL, 5],
  [IPPROTO_TCP, TCP_KEEPCNT, 3],
  [IPPROTO_TCP, TCP_USER_TIMEOUT, 35_000],
] as const;

/**
 * Lets the kernel find out when the peer of a connection has gone away without a word: Deno sets no
 * keep-alive (denoland/deno#36542). Of the connections of this process all are meant that lead to
 * `port`, since Deno does not tell which one it took. Best effort: a connection that the kernel would
 * not watch is watched by the one who reads it.
 */
export function keepAlive(port: number): void {
  for (const descriptor of openDescriptors()) {
    if (peerPort(descriptor) !== port) continue;
    for (const [level, option, value] of OPTIONS) {
      systemCall("setsockopt", descriptor, level, option, Int32Array.of(value), 4);
    }
  }
}

function openDescriptors(): readonly number[] {
  try {
    return [...Deno.readDirSync("/proc/self/fd")]
      .map(({ name }) => Number(name))
      .filter((descriptor) => descriptor >= FIRST);
  } catch {
    return [];
  }
}

/** Where a connection leads to; undefined if it is none of TCP, or not a connection. */
function peerPort(descriptor: number): number | undefined {
  const address = new Uint8Array(SOCKADDR_SIZE);
  const length = Int32Array.of(SOCKADDR_SIZE);
  if (systemCall("getpeername", descriptor, address, length) !== 0) return undefined;
  const view = new DataView(address.buffer);
  const family = view.getUint16(0, true);
  return family === AF_INET || family === AF_INET6 ? view.getUint16(2) : undefined;
}
