/**
 * The API server of the micro figures, in a process of its own: the scripted one, once over TLS and once
 * over plain HTTP. It takes an order a line from standard input, and answers each with a line.
 */
import { TextLineStream } from "./text_lines.ts";
import { startApiServer } from "../../scripted_cluster/api_server.ts";
import { monotonicMs } from "./clock.ts";
import { fullPod } from "./full_pod.ts";
import type { Order } from "./server_process.ts";

const root = Deno.args[0] ?? "";
const quiet = { proxyReady: false, mainEnded: false, others: 0, update: 0 };
const tls = await startApiServer({ pod: fullPod(quiet), isDirect: true });
const plain = await startApiServer({ pod: fullPod(quiet), isDirect: true, isPlain: true });
await tls.writeServiceAccount(root);
say({ tls: tls.env(root), plainPort: plain.port });

const lines = Deno.stdin.readable.pipeThrough(new TextDecoderStream())
  .pipeThrough(new TextLineStream());
for await (const line of lines) {
  const order: Order = JSON.parse(line);
  switch (order.kind) {
    case "pod": {
      if (order.afresh) { for (const server of [tls, plain]) server.requests.length = 0; }
      const at = monotonicMs();
      for (const server of [tls, plain]) {
        if (order.afresh || server.watching > 0) server.setPod(fullPod(order.state));
      }
      say({ at });
      break;
    }
    case "requests": {
      const offset = monotonicMs() - performance.now();
      const seen = [...tls.requests, ...plain.requests];
      say(seen.map(({ verb, at }) => ({ verb, at: at + offset })));
      break;
    }
  }
}
await Promise.all([tls.close(), plain.close()]);

function say(answer: unknown): void {
  const bytes = new TextEncoder().encode(`${JSON.stringify(answer)}\n`);
  for (let written = 0; written < bytes.length;) {
    written += Deno.stdout.writeSync(bytes.subarray(written));
  }
}
