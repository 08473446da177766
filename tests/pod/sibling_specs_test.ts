import { assertEquals } from "@std/assert";
import { readSiblings } from "../../lib/pod/sibling_specs.ts";

type Env = readonly { readonly name: string; readonly value?: string }[];

function startDepsOf(env: Env): readonly string[] | undefined {
  const siblings = readSiblings({
    metadata: { name: "pod" },
    spec: { containers: [{ name: "main", env }] },
  });
  return siblings.get("main")?.startDeps.map((each) =>
    each.kind === "container" ? each.container : each.kind
  );
}

const SPEC = { name: "KOORDINATOR_SPEC", value: '{"startDeps":["$(PROXY)"]}' };

Deno.test("a sibling's spec may refer to variables that stand before it", () => {
  assertEquals(
    startDepsOf([
      { name: "NAME", value: "envoy" },
      { name: "PROXY", value: "$(NAME)-1" },
      SPEC,
    ]),
    ["envoy-1"],
  );
});

Deno.test("a sibling's spec that refers to what is not in the manifest is not known", () => {
  assertEquals(startDepsOf([{ name: "PROXY" }, SPEC]), undefined);
  assertEquals(startDepsOf([{ name: "PROXY", value: "a" }, { name: "PROXY" }, SPEC]), undefined);
  assertEquals(startDepsOf([SPEC, { name: "PROXY", value: "envoy" }]), undefined);
});

Deno.test("a sibling's spec may be the value of another variable", () => {
  assertEquals(
    startDepsOf([
      { name: "OTHER", value: '{"startDeps":["proxy"]}' },
      { name: "KOORDINATOR_SPEC", value: "$(OTHER)" },
    ]),
    ["proxy"],
  );
});
