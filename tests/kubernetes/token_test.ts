import { assertEquals, assertThrows } from "@std/assert";
import { createTokenSource } from "../../lib/kubernetes/token.ts";
import { tokenClaims } from "../../lib/kubernetes/token_claims.ts";
import { fakeToken } from "../../tools/scripted_cluster/api_server.ts";

Deno.test("the token is read again after 50 s, and its white space is not part of it", () => {
  let now = 0;
  let file = "one\n";
  const token = createTokenSource(() => file, () => now);
  assertEquals(token.read(), "one");
  file = "two\n";
  now = 49_999;
  assertEquals(token.read(), "one");
  now = 50_000;
  assertEquals(token.read(), "two");
});

Deno.test("a refused token is read again at once", () => {
  let file = "one";
  const token = createTokenSource(() => file, () => 0);
  assertEquals(token.read(), "one");
  file = "two";
  token.expire();
  assertEquals(token.read(), "two");
});

Deno.test("a token file that is empty or away for a moment leaves the old token in use", () => {
  let now = 0;
  let file: string | undefined = "one";
  const token = createTokenSource(() => {
    if (file === undefined) throw new Deno.errors.NotFound("away");
    return file;
  }, () => now);
  assertEquals(token.read(), "one");
  now = 60_000;
  file = " \n";
  assertEquals(token.read(), "one");
  file = undefined;
  assertEquals(token.read(), "one");
  file = "two";
  assertEquals(token.read(), "two");
});

Deno.test("without any token there is an error", () => {
  assertThrows(() => createTokenSource(() => "").read(), Error, "empty");
  assertThrows(() =>
    createTokenSource(() => {
      throw new Deno.errors.NotFound("away");
    }).read(), Deno.errors.NotFound);
});

Deno.test("a bound token tells the pod's name, uid and namespace", () => {
  const claims = { name: "web-0", uid: "uid-1", namespace: "shop" };
  assertEquals(tokenClaims(`${fakeToken(claims)}\n`), claims);
});

for (
  const [what, token] of [
    ["no JWT", "abcdef"],
    ["a payload that is no base64", "a.%%%.c"],
    ["a payload that is no JSON", `a.${btoa("nothing")}.c`],
    ["a legacy token", `a.${btoa('{"kubernetes.io/serviceaccount/namespace":"shop"}')}.c`],
    ["claims of another shape", `a.${btoa('{"kubernetes.io":{"pod":"web-0"}}')}.c`],
  ] as const
) {
  Deno.test(`${what} tells nothing of the pod`, () => assertEquals(tokenClaims(token), undefined));
}
