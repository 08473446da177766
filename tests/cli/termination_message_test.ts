import { assertEquals, assertMatch } from "@std/assert";
import { executable, IS_ROOT } from "../support/executable.ts";

/** Mounts a file as the kubelet does, at a path of the pod's own, and runs koordinator there. */
const SCRIPT = 'mount --bind "$1" "$2" && shift 2 && exec "$@"';

Deno.test({
  name: "why koordinator ended stands where the pod's terminationMessagePath says (needs root)",
  ignore: !IS_ROOT,
  fn: async () => {
    const folder = await Deno.makeTempDir();
    const kubelet = `${folder}/kubelet/pods/0f2c/containers/main`;
    await Deno.mkdir(kubelet, { recursive: true });
    const [source, point] = [`${kubelet}/1a2b3c4d`, `${folder}/my own message`];
    await Deno.writeTextFile(source, "");
    await Deno.writeTextFile(point, "");
    const spec = '{"startDeps":["main"]}';
    const program = [await executable(), "true"];
    const { code, stderr } = await new Deno.Command("unshare", {
      args: ["--mount", "sh", "-c", SCRIPT, "sh", source, point, ...program],
      env: { PATH: Deno.env.get("PATH") ?? "/usr/bin:/bin", KOORDINATOR_SPEC: spec },
      clearEnv: true,
    }).output();
    assertEquals(code, 121, new TextDecoder().decode(stderr));
    assertMatch(await Deno.readTextFile(source), /^koordinator: /);
    await Deno.remove(folder, { recursive: true });
  },
});
