// Which files koordinator opens, looks at or asks for, from its first instruction to its end.
import { assert, assertEquals } from "@std/assert";
import { serviceAccountPaths } from "../../lib/kubernetes/in_cluster.ts";
import { startApiServer } from "../../tools/scripted_cluster/api_server.ts";
import { runs } from "../support/c_program.ts";
import { ended, pod, ready, unready } from "../../tools/scripted_cluster/pods.ts";
import { type Image, IMAGE_KINDS, makeImage, needsOf } from "./roots.ts";

const [debian] = IMAGE_KINDS;
if (debian === undefined) throw new Error("no kind of image");
const needs = needsOf(debian);
const met = needs.met && runs("strace");
const text = met ? "" : " (needs root, cc, mmdebstrap, strace)";

const STATE = "/state";
const GATE = "/folder/gate";

/**
 * What may be opened, as docs/reference/robustness.md lists it. Whatever else turns up is a fault, or a
 * change that somebody has to think about.
 */
const ALLOWED: readonly { readonly documented: string; readonly paths: RegExp }[] = [
  { documented: "its own executable", paths: /^\/koordinator$/ },
  { documented: "`/proc`", paths: /^\/proc\/(self|thread-self|meminfo|sys|\d+|-)(\/|$)/ },
  { documented: "`/sys/fs/cgroup`", paths: /^\/sys\/fs\/cgroup\// },
  { documented: "`/dev/urandom`, `/dev/sysgenid`", paths: /^\/dev\/(urandom|sysgenid)$/ },
  { documented: "`/dev/termination-log`", paths: /^\/dev\/termination-log$/ },
  { documented: "`/etc/hosts`", paths: /^\/etc\/hosts$/ },
  { documented: "`/etc/resolv.conf`", paths: /^\/etc\/resolv\.conf$|^\/$/ },
  { documented: "`/etc/podinfo`", paths: /^\/etc\/podinfo\/name(space)?$/ },
  {
    documented: "the service account",
    paths: /^\/var\/run\/secrets\/kubernetes\.io\/serviceaccount\/(token|ca\.crt)$/,
  },
  { documented: "the state directory", paths: new RegExp(`^${STATE}(/[^/]*)?$`) },
  { documented: "what the spec names", paths: new RegExp(`^${GATE}$`) },
  {
    documented: "the command",
    paths: /^\/(no\/such\/folder|usr\/bin|bin|folder)?\/?(sleep|true)$/,
  },
];

Deno.test("the files that may be opened are those that the documentation lists", async () => {
  const page = new URL("../../docs/reference/robustness.md", import.meta.url);
  const documented = await Deno.readTextFile(page);
  for (const { documented: words } of ALLOWED) {
    assert(documented.includes(`| ${words} `), `${words} is not a row of the table`);
  }
});

for (const argv of [["/koordinator", "/bin/true"], ["/koordinator", "--", "/bin/true"]]) {
  Deno.test({
    name: `${argv.join(" ")} opens nothing before it is the command${text}`,
    ignore: !met,
    fn: async () => {
      await using image = await makeImage(debian);
      await using traced = await trace(image, argv, ["PATH=/bin"]);
      await traced.code;
      assertEquals(await traced.touched(), ["/bin/true"]);
    },
  });
}

Deno.test({
  name:
    `from a start through a wait and a stop to the end only files of the list are opened${text}`,
  ignore: !met,
  fn: async () => {
    await using image = await makeImage(debian);
    await using server = await startApiServer({ pod: pod([ready("main"), unready("proxy")]) });
    await putServiceAccount(image, server);
    await image.put(GATE, "");
    await using page = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      () => new Response(),
    );
    const { port } = page.addr;
    const spec = {
      startDeps: [
        "proxy",
        { tcp: `neighbour:${port}` },
        { http: { port, path: "/" } },
        { file: GATE },
      ],
      stopDeps: ["main"],
      whenStopDepExited: { exec: ["/bin/true"] },
      termTimeout: "500ms",
      afterExit: [{ http: { get: { port, path: "/quit" } }, on: "always" }],
    };
    await using traced = await trace(image, ["/koordinator", "sleep", "600"], [
      "PATH=/no/such/folder:/bin",
      "KUBERNETES_SERVICE_HOST=localhost",
      `KUBERNETES_SERVICE_PORT=${server.port}`,
      "KOORDINATOR_CONTAINER_NAME=sidecar",
      `KOORDINATOR_STATE_DIR=${STATE}`,
      `KOORDINATOR_SPEC=${JSON.stringify(spec)}`,
    ]);
    await server.seen("watch", 1);
    server.setPod(pod([ready("main"), ready("proxy")]));
    await traced.says(/execve\("\/bin\/sleep"/);
    server.setPod(pod([ended("main", 0), ready("proxy")]));
    assertEquals(await traced.code, 0);
    const touched = await traced.touched();
    assertAllowed(touched);
    // The trace has what it must have, so that an empty one does not pass.
    for (const path of [GATE, "/etc/hosts", "/bin/sleep", serviceAccountPaths("").ca]) {
      assert(touched.includes(path), `${path} is not among ${touched.join(" ")}`);
    }
  },
});

for (const words of [["version", "--verbose"], ["help"], ["probe"], ["status"]]) {
  Deno.test({
    name: `koordinator ${words.join(" ")} opens only files of the list${text}`,
    ignore: !met,
    fn: async () => {
      await using image = await makeImage(debian);
      await using traced = await trace(image, ["/koordinator", ...words], [
        `KOORDINATOR_STATE_DIR=${STATE}`,
      ]);
      await traced.code;
      assertAllowed(await traced.touched());
    },
  });
}

function assertAllowed(touched: readonly string[]): void {
  const strange = touched.filter((path) => !ALLOWED.some(({ paths }) => paths.test(path)));
  assertEquals(strange, []);
}

async function putServiceAccount(
  image: Image,
  server: Awaited<ReturnType<typeof startApiServer>>,
): Promise<void> {
  const root = await Deno.makeTempDir();
  await server.writeServiceAccount(root);
  for (const path of Object.values(serviceAccountPaths(""))) {
    await image.put(path, await Deno.readTextFile(root + path));
  }
  await Deno.remove(root, { recursive: true });
  await image.put("/etc/podinfo/name", "pod");
  await image.put("/etc/podinfo/namespace", "default");
  await image.put(`${STATE}/.keep`, "");
}

/** Starts koordinator under strace(1). */
async function trace(image: Image, argv: readonly string[], variables: readonly string[]) {
  const log = await Deno.makeTempFile();
  const code = image.run(argv, variables, [
    ...["strace", "-f", "-y", "-s", "4096", "-o", log],
    ...["-e", "trace=%file,connect", "-e", "signal=none"],
  ]).then(({ code }) => code);
  return {
    code,
    says: async (pattern: RegExp) => {
      for (const deadline = Date.now() + 60_000; !pattern.test(await Deno.readTextFile(log));) {
        if (Date.now() > deadline) throw new Error(`${pattern} not in the trace`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    touched: async () => pathsOf(await Deno.readTextFile(log), image.folder),
    [Symbol.asyncDispose]: async () => {
      await code;
      await Deno.remove(log);
    },
  };
}

/** A system call with a path, as strace prints it: `PID NAME(FD<FOLDER>, "PATH", ...`. */
const CALL = /^(\d+) +(\w+)\((?:(?:AT_FDCWD|\d+)<([^>]*)>, )?(.*)$/;
const QUOTED = /"((?:[^"\\]|\\.)*)"/;

/** The paths that koordinator itself, and not its commands, has used; each once. */
function pathsOf(log: string, root: string): readonly string[] {
  const paths = new Set<string>();
  const others = new Set<string>();
  let begun = false;
  for (const line of log.split("\n")) {
    const [, pid = "", name = "", folder = "", rest = ""] = CALL.exec(line) ?? [];
    const [, path = ""] = QUOTED.exec(rest) ?? [];
    if (name === "execve" && path === "/koordinator") begun = true;
    if (!begun || others.has(pid)) continue;
    // Of a descriptor, not of a path.
    if (path === "" || name === "getcwd") continue;
    if (name === "connect" && !rest.includes("sun_path=")) continue;
    const from = folder.startsWith(root) ? folder.slice(root.length) : folder;
    paths.add(path.startsWith("/") ? path : `${from}/${path}`);
    const replaced = name === "execve" && path !== "/koordinator" && / = 0$/.test(line);
    if (replaced) others.add(pid);
  }
  paths.delete("/koordinator");
  return [...paths].toSorted();
}
