import { assertEquals, assertThrows } from "@std/assert";
import { readEnvironment } from "../lib/environment.ts";
import { KoordinatorError } from "../lib/errors.ts";

const read = (env: Readonly<Record<string, string>>) =>
  readEnvironment((name) => env[name], Object.keys(env));

Deno.test("both spellings of the spec's variable are the same variable", () => {
  assertEquals(read({ KOORDINATOR_SPEC: " {} " }).spec?.text, "{}");
  assertEquals(read({ KOOORDINATOR_SPEC: "{}" }).spec?.text, "{}");
  assertEquals(read({ KOORDINATOR_SPEC: "{}", KOOORDINATOR_SPEC: "{} " }).spec?.text, "{}");
  assertThrows(
    () => read({ KOORDINATOR_SPEC: "{}", KOOORDINATOR_SPEC: '{"stopDeps":[]}' }),
    KoordinatorError,
    "both set and differ",
  );
});

Deno.test("an empty variable is an unset one", () => {
  assertEquals(read({ KOORDINATOR_SPEC: " ", KOORDINATOR_POD_NAME: "" }).spec, undefined);
});

Deno.test("a variable that looks like a misspelt one is warned about by name alone", () => {
  assertEquals(read({ KOORDINATER_SPEC: "secret" }).warnings, [
    "the variable KOORDINATER_SPEC is not read: did you mean KOORDINATOR_SPEC?",
  ]);
  assertEquals(read({ PATH: "/bin", KUBERNETES_PORT: "x" }).warnings, []);
});

Deno.test("a value that a variable may not have names the choices", () => {
  const error = assertThrows(() => read({ KOORDINATOR_LOG_LEVEL: "loud" }), KoordinatorError);
  assertEquals(error.hint, "set it to debug, info, warning, error");
});
