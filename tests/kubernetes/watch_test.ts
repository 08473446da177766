import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { inClusterConfig } from "../../lib/kubernetes/in_cluster.ts";
import type { PodNews } from "../../lib/kubernetes/pod_source.ts";
import { createTransport, type Transport } from "../../lib/kubernetes/transport.ts";
import { VERSION } from "../../lib/version.ts";
import { type FollowOptions, followPod, type WatchClock } from "../../lib/kubernetes/watch.ts";
import type { Pod } from "../../lib/pod/pod.ts";
import {
  type ApiServer,
  fakeToken,
  startApiServer,
} from "../../tools/scripted_cluster/api_server.ts";

const POD: Pod = {
  metadata: { name: "web-0", uid: "uid-1" },
  spec: { restartPolicy: "Always", containers: [{ name: "main" }] },
  status: { phase: "Pending" },
};

const withPhase = (phase: string) => (pod: Pod): Pod => ({
  ...pod,
  status: { ...pod.status, phase },
});

/** Sleeps are remembered and a hundred times shorter, and no jitter is added. */
function quickClock(): WatchClock & { readonly sleeps: number[] } {
  const sleeps: number[] = [];
  return {
    sleeps,
    now: () => performance.now(),
    random: () => 0,
    sleep: (ms, signal) => {
      sleeps.push(ms);
      return new Promise((resolve) => {
        const done = () => {
          clearTimeout(timer);
          resolve();
        };
        const timer = setTimeout(done, ms / 100);
        signal.addEventListener("abort", done, { once: true });
      });
    },
  };
}

interface Following {
  readonly server: ApiServer;
  readonly root: string;
  /** All that is told but that the API server answered. */
  readonly news: PodNews[];
  /** Each time that it answered: whether to a watch. */
  readonly answers: boolean[];
  readonly sleeps: number[];
  readonly abort: AbortController;
  readonly ended: Promise<void>;
  /** Waits until the news hold something. */
  until(holds: (news: PodNews) => boolean): Promise<PodNews>;
  /** Waits until the pod was observed in this phase. */
  untilPhase(phase: string): Promise<void>;
}

/** Starts a server and follows its pod; the test says what goes wrong. */
async function following(
  prepare: (server: ApiServer, root: string) => void | Promise<void>,
  test: (following: Following) => Promise<void>,
  options: Partial<FollowOptions> & { readonly pod?: Pod | undefined } = {},
): Promise<void> {
  const { pod = POD, ...followOptions } = options;
  const root = await Deno.makeTempDir();
  await using server = await startApiServer("pod" in options && !options.pod ? {} : { pod });
  await server.writeServiceAccount(root);
  await prepare(server, root);
  const env = server.env(root);
  using transport = createTransport(inClusterConfig((name) => env[name], root));
  const abort = new AbortController();
  const news: PodNews[] = [];
  const answers: boolean[] = [];
  let changed = () => {};
  const clock = quickClock();
  const ended = followPod({
    transport,
    namespace: "default",
    name: "web-0",
    clock,
    ...followOptions,
  })((told) => {
    if (told.kind === "answered") answers.push(told.watching);
    else news.push(told);
    changed();
  }, abort.signal);
  const until = async (holds: (news: PodNews) => boolean) => {
    const deadline = performance.now() + 10_000;
    for (;;) {
      const found = news.find(holds);
      if (found !== undefined) return found;
      const left = deadline - performance.now();
      if (left <= 0) throw new Error(`not told in time; told: ${JSON.stringify(news)}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left);
        changed = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  try {
    await test({
      server,
      root,
      news,
      answers,
      sleeps: clock.sleeps,
      abort,
      ended,
      until,
      untilPhase: async (phase) => {
        await until((told) => told.kind === "observed" && told.pod.status?.phase === phase);
      },
    });
  } finally {
    abort.abort();
    await ended;
    await Deno.remove(root, { recursive: true });
  }
}

const isFailure = (told: PodNews) => told.kind === "failed";
const messages = (news: readonly PodNews[]) =>
  news.flatMap((told) => told.kind === "failed" ? [told.message] : []);
const event = (type: string, pod: Pod, version: string) =>
  JSON.stringify({
    type,
    object: { ...pod, metadata: { ...pod.metadata, resourceVersion: version } },
  }) + "\n";

Deno.test("the pod is listed, then followed, with the token and a name of our own", () =>
  following(() => {}, async ({ server, news, untilPhase }) => {
    await server.seen("watch", 1);
    server.update(withPhase("Running"));
    await untilPhase("Running");
    assertEquals(news.map((told) => told.kind), ["observed", "observed"]);
    const [list, watch] = server.requests;
    assertEquals(list?.query.get("fieldSelector"), "metadata.name=web-0");
    assert(list?.headers.get("authorization")?.startsWith("Bearer ey"));
    assertEquals(list?.headers.get("user-agent"), `koordinator/${VERSION}`);
    assertEquals(watch?.headers.get("user-agent"), `koordinator/${VERSION}`);
    assertEquals(watch?.query.get("allowWatchBookmarks"), "true");
    assertEquals(watch?.query.get("timeoutSeconds"), "300");
    assertEquals(watch?.query.get("resourceVersion"), "101");
  }));

Deno.test("the API server is called directly, whatever proxy the application uses", async () => {
  const before = Deno.env.get("HTTPS_PROXY");
  Deno.env.set("HTTPS_PROXY", "http://127.0.0.1:1");
  try {
    await following(() => {}, async ({ untilPhase }) => {
      await untilPhase("Pending");
      assertEquals(Deno.env.get("HTTPS_PROXY"), "http://127.0.0.1:1");
    });
  } finally {
    if (before === undefined) Deno.env.delete("HTTPS_PROXY");
    else Deno.env.set("HTTPS_PROXY", before);
  }
});

Deno.test("the length of each watch is drawn anew, from five to ten minutes", () => {
  const drawn = [0, 0.5, 0.999];
  const clock = { ...quickClock(), random: () => drawn[0] ?? 0 };
  return following(
    (server) => server.fail("watch", { ...closed, chunks: [] }, 2),
    async ({ server }) => {
      for (const [index, seconds] of ["300", "450", "600"].entries()) {
        await server.seen("watch", index + 1);
        const watch = server.requests.filter(({ verb }) => verb === "watch")[index];
        assertEquals(watch?.query.get("timeoutSeconds"), seconds);
        drawn.shift();
      }
    },
    { clock },
  );
});

Deno.test("every good answer is told, so that the last contact is known", () =>
  following(() => {}, async ({ server, answers, until, untilPhase }) => {
    await server.seen("watch", 1);
    server.bookmark();
    server.update(withPhase("Running"));
    await untilPhase("Running");
    // The list, the watch that opens, the bookmark.
    assertEquals(answers, [false, true, true]);
    server.setPod(undefined);
    await until(({ kind }) => kind === "gone");
  }));

Deno.test("an older event neither takes back what is known nor the version to go on from", () =>
  following(
    (server) => {
      const stale = event("ADDED", withPhase("Stale")(POD), "99") +
        event("MODIFIED", withPhase("Fresh")(POD), "300") +
        event("MODIFIED", withPhase("Stale")(POD), "299");
      server.fail("watch", { ...closed, chunks: [stale] });
    },
    async ({ server, news }) => {
      await server.seen("watch", 2);
      const phases = news.map((told) => told.kind === "observed" && told.pod.status?.phase);
      assertEquals(phases, ["Pending", "Fresh"]);
      assertEquals(server.requests.at(-1)?.query.get("resourceVersion"), "300");
    },
  ));

const cut = { kind: "stream", then: "finish" } as const;
const closed = { kind: "stream", then: "end" } as const;
const changedPod = event("MODIFIED", withPhase("Half")({ ...POD }), "102");

Deno.test("nothing is lost when a watch is cut in the middle of a line", () =>
  following(
    (server) => server.fail("watch", { ...cut, chunks: [changedPod.slice(0, 60)] }),
    async ({ server, untilPhase }) => {
      await server.seen("watch", 2);
      server.update(withPhase("Running"));
      await untilPhase("Running");
    },
  ));

Deno.test("a character split between two packets arrives whole", () => {
  const odd = event("MODIFIED", withPhase("Zähne…")(POD), "102");
  const bytes = new TextEncoder().encode(odd);
  const at = bytes.indexOf(0xc3) + 1;
  return following(
    (server) =>
      server.fail("watch", {
        kind: "stream",
        chunks: [bytes.slice(0, at), bytes.slice(at)],
        then: "hang",
      }),
    ({ untilPhase }) => untilPhase("Zähne…"),
  );
});

Deno.test("an expired version, told as an event, leads to a new list and to no complaint", () =>
  following(
    (server) =>
      server.fail("watch", {
        ...closed,
        chunks: [
          JSON.stringify({
            type: "ERROR",
            object: { kind: "Status", code: 410, reason: "Expired", message: "too old" },
          }) + "\n",
        ],
      }),
    async ({ server, news }) => {
      await server.seen("watch", 2);
      assertEquals(server.requests.map(({ verb }) => verb), ["list", "watch", "list", "watch"]);
      assertEquals(messages(news), []);
    },
  ));

Deno.test("an expired version, told as a status, leads to a new list", () =>
  following(
    (server) => server.fail("watch", { kind: "status", code: 410, reason: "Gone" }),
    async ({ server }) => {
      await server.seen("watch", 2);
      assertEquals(server.requests.map(({ verb }) => verb), ["list", "watch", "list", "watch"]);
    },
  ));

Deno.test("versions that expire again and again do not become a storm of requests", () =>
  following(
    (server) => {
      const bookmark = { type: "BOOKMARK", object: { metadata: { resourceVersion: "101" } } };
      const expired = { type: "ERROR", object: { code: 410, reason: "Expired" } };
      const chunks = [`${JSON.stringify(bookmark)}\n${JSON.stringify(expired)}\n`];
      server.fail("watch", { ...closed, chunks }, 4);
    },
    async ({ server, sleeps }) => {
      await server.seen("watch", 5);
      assertEquals(sleeps, [800, 1600, 3200]);
    },
  ));

Deno.test("a rotated token is read again after the old one was refused", () => {
  const token = fakeToken({ name: "web-0", nonce: "new" });
  return following(async (server, root) => {
    await server.writeServiceAccount(root);
  }, async ({ server, root, news, untilPhase }) => {
    await server.seen("watch", 1);
    await server.writeServiceAccount(root, { token });
    server.token = token;
    server.update(withPhase("Running"));
    server.endWatches();
    server.update(withPhase("Succeeded"));
    await untilPhase("Succeeded");
    assertEquals(messages(news), []);
  });
});

Deno.test("a missing rule is told with its remedy, and noticed once it is created", () =>
  following(
    (server) => {
      const message = 'pods is forbidden: User "x" cannot list resource "pods"';
      server.fail("list", { kind: "status", code: 403, reason: "Forbidden", message }, 3);
      server.fail("get", { kind: "status", code: 403, reason: "Forbidden", message }, 3);
    },
    async ({ news, untilPhase, sleeps }) => {
      await untilPhase("Pending");
      assertEquals(messages(news).length, 3);
      assertStringIncludes(messages(news)[0] ?? "", 'User "x" cannot list resource "pods"');
      assertStringIncludes(messages(news)[0] ?? "", 'verbs: ["list", "watch"]');
      assert(sleeps.every((ms) => ms <= 5000));
    },
  ));

Deno.test("where watches are forbidden the pod is listed again and again", () =>
  following(
    (server) => server.fail("watch", { kind: "status", code: 403, reason: "Forbidden" }, 100),
    async ({ server, untilPhase }) => {
      await server.seen("list", 3);
      server.update(withPhase("Running"));
      await untilPhase("Running");
    },
  ));

Deno.test("a pod that is listed again and again is listed less often while it stays the same", () =>
  following(
    (server) => server.fail("watch", { kind: "status", code: 403, reason: "Forbidden" }, 100),
    async ({ server, sleeps, answers, untilPhase }) => {
      await server.seen("list", 8);
      // The first is the backoff after the refusal.
      assertEquals(sleeps.slice(0, 7), [800, 1000, 2000, 4000, 8000, 15_000, 15_000]);
      const before = sleeps.length;
      server.update(withPhase("Running"));
      await untilPhase("Running");
      await server.seen("list", server.requests.filter(({ verb }) => verb === "list").length + 1);
      assert(sleeps.slice(before).includes(1000), sleeps.join());
      assert(answers.every((watching) => !watching));
    },
  ));

Deno.test("where only get is allowed the pod is got again and again", () =>
  following(
    (server) => server.fail("list", { kind: "status", code: 403, reason: "Forbidden" }, 100),
    async ({ server, untilPhase }) => {
      await server.seen("get", 2);
      server.update(withPhase("Running"));
      await untilPhase("Running");
    },
  ));

Deno.test("a server that asks for patience gets it", () =>
  following(
    (server) =>
      server.fail("watch", { kind: "status", code: 429, headers: { "retry-after": "7" } }),
    async ({ server, sleeps }) => {
      await server.seen("watch", 2);
      assertEquals(sleeps, [7000]);
    },
  ));

for (const code of [500, 503]) {
  Deno.test(`a ${code} is tried again from the version that was known`, () =>
    following(
      (server) => server.fail("watch", { kind: "status", code }, 2),
      async ({ server, sleeps }) => {
        await server.seen("watch", 3);
        assertEquals(sleeps, [800, 1600]);
        assertEquals(server.requests.filter(({ verb }) => verb === "list").length, 1);
      },
    ));
}

Deno.test("a line that is no JSON is told and followed by a new list", () =>
  following(
    (server) => server.fail("watch", { ...closed, chunks: ["<html>no\n"] }),
    async ({ server, until }) => {
      await server.seen("watch", 2);
      await until(isFailure);
      assertEquals(server.requests.filter(({ verb }) => verb === "list").length, 2);
    },
  ));

Deno.test("watches that are closed at once do not become a storm of requests", () =>
  following(
    (server) => server.fail("watch", { ...closed, chunks: [] }, 5),
    async ({ server, sleeps }) => {
      await server.seen("watch", 6);
      assertEquals(sleeps, [800, 1600, 3200, 6400, 12800]);
    },
  ));

for (const lasting of [0, 999, 1000, 5000]) {
  Deno.test(`watches that are closed after ${lasting} ms for ever cost two requests a second at most`, async () => {
    let now = 0;
    const abort = new AbortController();
    let requests = 0;
    const transport: Transport = (path) => {
      requests++;
      if (requests === 2000) abort.abort();
      if (!path.includes("watch=true")) {
        const items = [{ metadata: { ...POD.metadata, resourceVersion: "7" } }];
        return Promise.resolve(Response.json({ metadata: { resourceVersion: "7" }, items }));
      }
      now += lasting;
      return Promise.resolve(new Response(""));
    };
    const clock = {
      now: () => now,
      random: () => 0,
      sleep: (ms: number) => {
        now += ms;
        return Promise.resolve();
      },
    };
    await followPod({ transport, namespace: "default", name: "web-0", clock })(
      () => {},
      abort.signal,
    );
    assert(requests / (now / 1000) <= 2, `${requests} requests in ${now} ms`);
  });
}

Deno.test("a bookmark moves the version from which the next watch starts", () =>
  following(
    (server) => {
      const object = { kind: "Pod", metadata: { resourceVersion: "4711" } };
      server.fail("watch", {
        ...closed,
        chunks: [JSON.stringify({ type: "BOOKMARK", object }) + "\n"],
      });
    },
    async ({ server, news }) => {
      await server.seen("watch", 2);
      assertEquals(server.requests.at(-1)?.query.get("resourceVersion"), "4711");
      assertEquals(news.map((told) => told.kind), ["observed"]);
    },
  ));

Deno.test("a deleted pod is gone, and nothing more is asked", () =>
  following(() => {}, async ({ server, news, until }) => {
    await server.seen("watch", 1);
    server.setPod(undefined);
    await until((told) => told.kind === "gone");
    assertEquals(news.map((told) => told.kind), ["observed", "gone"]);
    assertEquals(server.requests.length, 2);
  }));

Deno.test("a successor of the same name is not this pod", () =>
  following(() => {}, async ({ news, until }) => {
    await until((told) => told.kind === "gone");
    assertEquals(news.map((told) => told.kind), ["gone"]);
  }, { uid: "uid-0" }));

Deno.test("a name that the API does not know is told, not taken for a deletion", () =>
  following(() => {}, async ({ server, news, until, untilPhase }) => {
    const told = await until(isFailure);
    assertStringIncludes(messages([told])[0] ?? "", "pod default/web-0 is not in the API");
    server.setPod(POD);
    await untilPhase("Pending");
    assert(!news.some(({ kind }) => kind === "gone"));
  }, { pod: undefined }));

Deno.test("the pod is followed in spite of: the first answer never comes", () =>
  following(
    (server) => server.fail("list", { kind: "hang" }),
    async ({ news, untilPhase }) => {
      await untilPhase("Pending");
      assertEquals(messages(news).length, 1);
    },
    { firstByteTimeoutMs: 200 },
  ));

Deno.test("the pod is followed in spite of: a half-open connection", () =>
  following(
    (server) => server.fail("watch", { kind: "stream", chunks: ["\n"], then: "hang" }),
    async ({ server, until }) => {
      await server.seen("watch", 2);
      await until(isFailure);
    },
    { idleTimeoutMs: 200 },
  ));

Deno.test("the watch stops at once when it is told to, even while it waits for an answer", () =>
  following(
    (server) => server.fail("list", { kind: "hang" }),
    async ({ server, abort, ended, news }) => {
      await server.seen("list", 1);
      abort.abort();
      await ended;
      assertEquals(news, []);
    },
  ));

Deno.test("a server that refuses connections at the start is tried again soon", async () => {
  const root = await Deno.makeTempDir();
  const first = await startApiServer({ pod: POD });
  await first.writeServiceAccount(root);
  const { port } = first;
  const env = first.env(root);
  await first.close();
  const clock = quickClock();
  const abort = new AbortController();
  const observed = Promise.withResolvers<void>();
  const refused = Promise.withResolvers<void>();
  using transport = createTransport(inClusterConfig((name) => env[name], root));
  const ended = followPod({
    transport,
    namespace: "default",
    name: "web-0",
    clock,
  })((told) => {
    if (told.kind === "observed") observed.resolve();
    if (told.kind === "failed" && clock.sleeps.length >= 1) refused.resolve();
  }, abort.signal);
  await refused.promise;
  const second = await startApiServer({ pod: POD, port });
  await observed.promise;
  assertEquals(clock.sleeps.slice(0, 2), [100, 200]);
  abort.abort();
  await ended;
  await second.close();
  await Deno.remove(root, { recursive: true });
});
