// Each row of docs/reference/faults.md, played to the real program, waiting and running.
import { assert, assertEquals, assertMatch } from "@std/assert";
import {
  type ApiServer,
  fakeToken,
  startApiServer,
} from "../../tools/scripted_cluster/api_server.ts";
import { ROWS, SLOW_ROWS } from "../../tools/scripted_cluster/faults.ts";
import {
  assertSaid,
  type Played,
  type PlayOptions,
  playRunning,
  playWaiting,
  running,
  waiting,
  warningsOf,
} from "../support/played.ts";
import { type Play, sideBySide } from "../support/side_by_side.ts";
import { someOf } from "../support/whole.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";

/** Plays a fault of its own both ways; `meanwhile` is called once the program runs. */
async function both(
  options: PlayOptions,
  says?: RegExp,
  meanwhile?: (played: Played) => Promise<void>,
): Promise<void> {
  await Promise.all([
    playWaiting(options, says, meanwhile),
    playRunning(options, says, meanwhile),
  ]);
}

/** A fault that does not end: the program is as good as its command, and ends when it is told to. */
async function forEver(
  options: PlayOptions,
  untilTold: (played: Played) => Promise<void>,
): Promise<void> {
  await using held = await waiting(options);
  await using sidecar = await running(options);
  await Promise.all([untilTold(held), untilTold(sidecar)]);
  assertEquals([held, sidecar].map(({ program }) => program.output().stdout), ["", "up\n"]);
  held.program.kill("SIGTERM");
  sidecar.program.kill("SIGTERM");
  assertEquals((await held.program.status).code, 143);
  assertEquals((await sidecar.program.status).code, 0);
  assertEquals(held.program.output().stdout, "");
  assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
}

/** The pod is this one no more: what waits ends, and what runs is left to the kubelet. */
async function gone(happen: (played: Played) => void): Promise<void> {
  await using held = await waiting();
  await using sidecar = await running();
  await Promise.all([held.knows("Here"), sidecar.knows("Here")]);
  happen(held);
  happen(sidecar);
  assertEquals((await held.program.status).code, 143);
  assertEquals(held.program.output().stdout, "");
  // A command that runs is the kubelet's to stop.
  assertEquals(sidecar.program.output().stdout, "up\n");
  sidecar.program.kill("SIGTERM");
  assertEquals((await sidecar.program.status).code, 0);
  assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
}

/** What goes wrong in a way of its own. */
const OTHERS: readonly Play[] = [
  {
    name: "401 with a rotated token",
    fn: () =>
      both({}, undefined, async ({ server, root, knows }) => {
        await knows("Authorized");
        const token = fakeToken({
          name: "pod",
          uid: "uid-1",
          namespace: "default",
          nonce: "rotated",
        });
        server.token = token;
        await server.writeServiceAccount(root, { token });
        server.endWatches();
      }),
  },
  {
    name: "a token that is empty for a moment",
    fn: () => {
      const says = /the service account token file is empty/;
      const token = fakeToken({ name: "pod", uid: "uid-1", namespace: "default" });
      const inject = async (server: ApiServer, root: string) => {
        server.token = token;
        await server.writeServiceAccount(root, { token: "" });
      };
      return both({ inject }, says, async ({ server, root, program }) => {
        await program.says(says);
        await server.writeServiceAccount(root, { token });
      });
    },
  },
  {
    name: "403 for ever",
    fn: () =>
      forEver({
        inject: (server) =>
          server.fail(
            "any",
            { kind: "status", code: 403, reason: "Forbidden", message: "no pods" },
            999,
          ),
      }, async ({ server, program }) => {
        await program.says(/no pods/);
        await server.seen("any", 6);
        assertSaid(program, /no pods; the Role of this pod's service account in namespace default/);
      }),
  },
  {
    name: "a name that is not found",
    fn: () =>
      forEver({ env: { KUBERNETES_SERVICE_HOST: "api.invalid" } }, async ({ program }) => {
        await program.says(/no answer from the API server: .*(dns error|lookup)/);
        assertSaid(program, /no answer from the API server: .*(dns error|lookup)/);
      }),
  },
  {
    name: "a ca.crt that is garbage",
    fn: () => {
      const says = /ca\.crt holds no certificate that can be read/;
      const inject = (_: ApiServer, root: string) =>
        Deno.writeTextFile(
          `${root}/var/run/secrets/kubernetes.io/serviceaccount/ca.crt`,
          "garbage",
        );
      return both({ inject }, says, async ({ server, root, program }) => {
        await program.says(says);
        await server.writeServiceAccount(root);
      });
    },
  },
  {
    name: "an authority that is replaced",
    fn: async () => {
      const before = pod([ready("main"), unready("proxy")]);
      const rotate = async ({ server, root, program, knows }: Played) => {
        await knows("Before");
        const { port, resourceVersion } = server;
        await server.close();
        const rotated = await startApiServer({
          ...{ port, resourceVersion, certificate: "rotated", pod: before },
        });
        await program.says(/peer certificate.*is ca\.crt of the service account the API server's/);
        await rotated.writeServiceAccount(root);
        await program.says(/the API server answers again/);
        return rotated;
      };
      await using held = await waiting();
      await using sidecar = await running();
      await using forHeld = await rotate(held);
      assertEquals(held.program.output().stdout, "");
      forHeld.setPod(pod([ready("main"), ready("proxy")]));
      assertEquals((await held.program.status).code, 0);
      await using forSidecar = await rotate(sidecar);
      assertEquals(sidecar.program.output().stdout, "up\n");
      forSidecar.setPod(pod([ended("main", 0), ready("proxy")]));
      assertEquals((await sidecar.program.status).code, 0);
      assertEquals(sidecar.program.output().stdout, "up\nstopped\n");
    },
  },
  {
    name: "fifty updates a second",
    fn: () =>
      both({}, undefined, async ({ server, knows }) => {
        await knows("Calm");
        await server.seen("watch", 1);
        const requests = server.requests.length;
        for (let update = 0; update < 100; update++) {
          server.update((pod) => ({ ...pod, status: { ...pod.status, phase: `${update}` } }));
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
        assertEquals(server.requests.length, requests);
      }),
  },
  {
    name: "the pod is deleted",
    fn: () => gone(({ server }) => server.setPod(undefined)),
  },
  {
    name: "a successor of the same name",
    fn: () =>
      gone(({ server }) => {
        const successor = pod([ready("main"), ready("proxy")]);
        server.setPod({ ...successor, metadata: { ...successor.metadata, uid: "uid-2" } });
      }),
  },
];

Deno.test("koordinator does its job in spite of all that goes wrong", (test) =>
  sideBySide(
    test,
    someOf([
      ...OTHERS,
      ...ROWS.map(({ fault, inject, says }) => ({
        name: fault,
        fn: () => both({ inject }, says, ({ server }) => server.faulted),
      })),
    ], 3),
  ));

Deno.test("an API server at an IPv6 address does as well", () => both({ hostname: "::1" }));

Deno.test("a mesh that is not up yet is complained of once, and asked again soon", async () => {
  await using held = await waiting({ inject: (server) => server.turnAway(4) });
  await held.knows("Meanwhile");
  assertEquals(warningsOf(held.program).length, 1, held.program.output().stderr);
  assert(held.program.output().stderr.includes("the API server answers again"));
});

interface Documented {
  readonly fault: string;
  readonly says: string;
}

async function documented(): Promise<readonly Documented[]> {
  const docs = await Deno.readTextFile(new URL("../../docs/reference/faults.md", import.meta.url));
  return docs.split("\n").filter((line) => line.startsWith("| ") && !line.startsWith("| ---"))
    .slice(1)
    .map((line) => line.split("|").map((cell) => cell.trim()))
    .map(([, fault = "", says = ""]) => ({ fault, says }));
}

Deno.test("every fault that is played stands in the docs, and none besides", async () => {
  assertEquals(
    (await documented()).map(({ fault }) => fault).toSorted(),
    [
      ...[...ROWS, ...SLOW_ROWS].map(({ fault }) => fault),
      ...OTHERS.map(({ name }) => name),
    ].toSorted(),
  );
});

Deno.test("the docs say of each fault what the log says", async () => {
  const docs = new Map((await documented()).map(({ fault, says }) => [fault, says]));
  for (const { fault, says } of [...ROWS, ...SLOW_ROWS]) {
    const told = docs.get(fault) ?? "";
    const quoted = /`([^`]+)`/.exec(told)?.[1];
    if (says === undefined) assertMatch(told, /^nothing/, fault);
    else assert(quoted !== undefined && says.test(quoted), `${fault}: ${told} is not ${says}`);
  }
});
