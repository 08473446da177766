import { assertEquals, assertRejects } from "@std/assert";
import { findCluster } from "../tools/e2e/cluster.ts";
import { kindCluster } from "../tools/e2e/kind.ts";

/** Puts executables on the PATH that only write down how they were called. */
async function withStubs(
  answers: Readonly<Record<string, string>>,
  test: (calls: () => Promise<string[]>, folder: string) => Promise<void>,
): Promise<void> {
  const folder = await Deno.makeTempDir();
  const path = Deno.env.get("PATH") ?? "";
  for (const [name, answer] of Object.entries(answers)) {
    const script = `#!/bin/sh
echo "${name} $* [$KIND_EXPERIMENTAL_PROVIDER]" >> ${folder}/calls
${answer}
`;
    await Deno.writeTextFile(`${folder}/${name}`, script, { mode: 0o755 });
  }
  Deno.env.set("PATH", `${folder}:${path}`);
  try {
    await test(
      async () => (await Deno.readTextFile(`${folder}/calls`)).trim().split("\n"),
      folder,
    );
  } finally {
    Deno.env.set("PATH", path);
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("kind makes a cluster of its own and loads every image tar into it", async () => {
  await withStubs({ kind: "true" }, async (calls, folder) => {
    const cluster = await kindCluster("podman", `${folder}/cache/kubeconfig`);
    await cluster.load(["a.tar", "b.tar"]);
    assertEquals(cluster.kubeconfig, `${folder}/cache/kubeconfig`);
    assertEquals(await calls(), [
      "kind get clusters [podman]",
      `kind create cluster --name koordinator-e2e --kubeconfig ${folder}/cache/kubeconfig --wait 180s [podman]`,
      "kind load image-archive a.tar --name koordinator-e2e [podman]",
      "kind load image-archive b.tar --name koordinator-e2e [podman]",
    ]);
  });
});

Deno.test("kind uses its cluster again when it is there", async () => {
  await withStubs({ kind: "echo other; echo koordinator-e2e" }, async (calls, folder) => {
    await kindCluster("docker", `${folder}/kubeconfig`);
    assertEquals(
      (await calls())[1],
      [
        "kind export kubeconfig --name koordinator-e2e",
        `--kubeconfig ${folder}/kubeconfig [docker]`,
      ].join(" "),
    );
  });
});

Deno.test("kind that fails is an error with what it printed", async () => {
  await withStubs({ kind: "echo no engine >&2; exit 1" }, async (_calls, folder) => {
    await assertRejects(() => kindCluster("docker", `${folder}/kubeconfig`), Error, "no engine");
  });
});

Deno.test("kind is taken where no other cluster is given", async () => {
  await withStubs({ kind: "true", docker: "true", kubectl: "true" }, async (_calls, folder) => {
    const cluster = await findCluster({ env: () => undefined, repository: folder });
    assertEquals("source" in cluster && cluster.source, "kind (docker)");
  });
});

Deno.test("a cluster given by KUBECONFIG is loaded by the command given with it", async () => {
  await withStubs({ loader: "true" }, async (calls, folder) => {
    const given: Record<string, string> = {
      KUBECONFIG: `${folder}/kubeconfig`,
      KOORDINATOR_E2E_LOAD: "loader --into it",
    };
    const cluster = await findCluster({ env: (name) => given[name], repository: folder });
    if (!("load" in cluster)) throw new Error(cluster.reason);
    await cluster.load(["a.tar", "b.tar"]);
    assertEquals(await calls(), ["loader --into it a.tar b.tar []"]);
  });
});

Deno.test("a cluster given by KUBECONFIG without a way to load images is an error", async () => {
  const env = (name: string) => name === "KUBECONFIG" ? "/kubeconfig" : undefined;
  await assertRejects(
    () => findCluster({ env, repository: "/nowhere" }),
    Error,
    "KOORDINATOR_E2E_LOAD",
  );
});
