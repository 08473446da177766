/** Whatever answers in the API server's place: koordinator stays small, and hears its signals. */
import { assert, assertEquals } from "@std/assert";
import { fakeToken } from "../../tools/scripted_cluster/api_server.ts";
import {
  type Answer,
  EMPTY_LIST,
  gzipped,
  repeated,
  startHostileServer,
} from "../support/hostile_server.ts";
import { sideBySide } from "../support/side_by_side.ts";
import { startKoordinator } from "../support/koordinator.ts";

/** No answer may make more of it, in KB. */
const LIMIT = 65_536;

/** Of small things that are forgotten one by one none may be left, in KB. */
const LIMIT_FORGOTTEN = 24_576;

/** What it comes down to again once it has nothing but a quiet watch, in KB. */
const AT_REST = 9_216;

/** Of an answer that is taken as it comes, so much has to be read, in bytes. */
const READ_ON = 20_000_000;

const POD = '{"metadata":{"name":"pod","resourceVersion":"1"},"spec":{"containers":' +
  '[{"name":"main"},{"name":"proxy"}]},"status":{}}';

/** The pod, whose proxy is not ready. */
const list = (): Answer => ({
  body: `{"kind":"PodList","metadata":{"resourceVersion":"1"},"items":[${POD}]}`,
});

/** Says nothing, for ever. */
const quiet = (): Answer => ({ body: new ReadableStream<Uint8Array<ArrayBuffer>>({}) });

/** Of the size of a bookmark that an API server sends. */
const BOOKMARK = `{"type":"BOOKMARK","object":{"kind":"Pod","apiVersion":"v1","metadata":{` +
  `"resourceVersion":"2","creationTimestamp":null,"annotations":{"filler":"${
    "x".repeat(300)
  }"}}}}\n`;
const LIST_BEGUN = '{"metadata":{"resourceVersion":"1"},"items":[';
const EVENT_BEGUN = '{"type":"ADDED","object":{"metadata":{"name":"pod"},"x":[';

const ANSWERS: readonly (readonly [
  what: string,
  verb: "list" | "watch",
  answer: () => Answer,
  limit?: number,
])[] = [
  ["100 MB of zeros, compressed", "list", () => gzipped(repeated("\0", 100_000_000))],
  ["a list without end", "list", () => ({ body: repeated(" ") })],
  ["a million objects", "list", () => ({ body: repeated("{},", 1_000_000, LIST_BEGUN) })],
  ["four million brackets", "list", () => ({ body: repeated("[", 4_000_000) })],
  ["300 MB of empty lines, compressed", "watch", () => gzipped(repeated("\n", 60_000_000))],
  ["empty lines without end", "watch", () => ({ body: repeated("\n") })],
  ["a line without end", "watch", () => ({ body: repeated("x") })],
  ["bookmarks without end", "watch", () => ({ body: repeated(BOOKMARK) }), LIMIT_FORGOTTEN],
  ["a million objects in one line", "watch", () => ({
    body: repeated("{},", 1_000_000, EVENT_BEGUN),
  })],
];

/** Anonymous memory in KB (proc_pid_status(5)). */
function anonymousMemory(pid: number): number {
  const status = Deno.readTextFileSync(`/proc/${pid}/status`);
  return Number(/^RssAnon:\s+(\d+)/m.exec(status)?.[1]);
}

async function until(condition: () => boolean, what: () => string): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!condition()) {
    if (Date.now() > deadline) throw new Error(what());
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** Plays one answer to a koordinator that waits, until it has dealt with it more than once. */
async function play(
  verb: "list" | "watch",
  answer: () => Answer,
  limit: number,
): Promise<void> {
  let hostile = true;
  let sent = 0;
  const counted = (): Answer => {
    const { headers = {}, body } = answer();
    if (typeof body === "string") return { headers, body };
    const counting = new TransformStream<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>({
      transform(chunk, controller) {
        sent += chunk.length;
        controller.enqueue(chunk);
      },
    });
    return { headers, body: body.pipeThrough(counting) };
  };
  await using server = await startHostileServer({
    list: () => hostile && verb === "list" ? counted() : list(),
    watch: () => hostile ? (verb === "watch" ? counted() : EMPTY_LIST) : quiet(),
  });
  const root = await Deno.makeTempDir();
  const folder = `${root}/var/run/secrets/kubernetes.io/serviceaccount`;
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(`${folder}/token`, fakeToken({ name: "pod", namespace: "default" }));
  await Deno.copyFile(
    new URL("../../tools/scripted_cluster/tls/ca.crt", import.meta.url),
    `${folder}/ca.crt`,
  );
  await using program = startKoordinator(["echo", "launched"], {
    KOORDINATOR_ROOT: root,
    KUBERNETES_SERVICE_HOST: "127.0.0.1",
    KUBERNETES_SERVICE_PORT: String(server.port),
    KOORDINATOR_CONTAINER_NAME: "main",
    KOORDINATOR_SPEC: '{"startDeps":["proxy"]}',
  });
  let peak = 0;
  // Either it is asked again, since the answer was refused, or it is read on and on.
  await until(() => {
    peak = Math.max(peak, anonymousMemory(program.pid));
    return server.answered(verb) >= 3 || sent > READ_ON;
  }, () => `${server.answered(verb)} answers, ${sent} bytes; ${program.output().stderr}`);
  assert(peak < limit, `${peak} KB`);
  assertEquals(program.output().stdout, "", "launched");
  hostile = false;
  if (server.answered(verb) >= 3) {
    const watches = server.answered("watch");
    await until(
      () => server.answered("watch") > watches && anonymousMemory(program.pid) < AT_REST,
      () => `${anonymousMemory(program.pid)} KB at rest`,
    );
  }
  program.kill("SIGTERM");
  assertEquals((await program.status).code, 143);
  await Deno.remove(root, { recursive: true });
}

Deno.test("whatever is sent in an API server's place fills no memory and makes nobody deaf", (test) =>
  sideBySide(
    test,
    ANSWERS.map(([what, verb, answer, limit = LIMIT]) => ({
      name: `${what}, sent for a ${verb}`,
      fn: () => play(verb, answer, limit),
    })),
  ));
