import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { KoordinatorError } from "../../lib/errors.ts";
import { inClusterConfig, serviceAccountPaths } from "../../lib/kubernetes/in_cluster.ts";

async function withToken(test: (root: string) => void): Promise<void> {
  const root = await Deno.makeTempDir();
  const { token } = serviceAccountPaths(root);
  await Deno.mkdir(token.slice(0, token.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(token, "token");
  try {
    test(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

const reader = (variables: Readonly<Record<string, string>>) => (name: string) => variables[name];

for (
  const [host, server] of [
    ["10.96.0.1", "https://10.96.0.1:443"],
    ["fd00::1", "https://[fd00::1]:443"],
    ["[fd00::1]", "https://[fd00::1]:443"],
    [" kubernetes.default ", "https://kubernetes.default:443"],
  ] as const
) {
  Deno.test(`the host ${JSON.stringify(host)} is called as ${server}`, () =>
    withToken((root) => {
      const env = reader({ KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: "443" });
      const config = inClusterConfig(env, root);
      assertEquals(config.server, server);
      assertStringIncludes(config.caPath, "/var/run/secrets/kubernetes.io/serviceaccount/ca.crt");
    }));
}

Deno.test("outside of a pod the missing variable is named", () =>
  withToken((root) => {
    const without = assertThrows(() => inClusterConfig(reader({}), root), KoordinatorError);
    assertEquals(without.exitCode, 125);
    assertStringIncludes(without.message, "KUBERNETES_SERVICE_HOST");
    const env = reader({ KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: " " });
    assertThrows(() => inClusterConfig(env, root), KoordinatorError, "KUBERNETES_SERVICE_PORT");
  }));

Deno.test("a pod without a token is told to mount one", () => {
  const env = reader({ KUBERNETES_SERVICE_HOST: "10.0.0.1", KUBERNETES_SERVICE_PORT: "443" });
  const error = assertThrows(() => inClusterConfig(env, "/nowhere"), KoordinatorError);
  assertEquals(error.exitCode, 125);
  assertStringIncludes(error.hint ?? "", "automountServiceAccountToken");
});
