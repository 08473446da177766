import { assertEquals, assertThrows } from "@std/assert";
import { seconds } from "../lib/spec/duration.ts";
import { isSwitchedOff, readEnvironment } from "../lib/environment.ts";
import { KoordinatorError } from "../lib/errors.ts";

const read = (env: Readonly<Record<string, string>>) =>
  readEnvironment((name) => env[name], Object.keys(env));

Deno.test("both spellings of the spec's variable are the same variable", () => {
  assertEquals(read({ KOORDINATOR_SPEC: " {} " }).spec?.text, " {} ");
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

Deno.test("the off switch is true or false", () => {
  const isOff = (text?: string) => isSwitchedOff((name) => ({ KOORDINATOR_DISABLED: text })[name]);
  assertEquals(["true", " true\n", "false", "", " ", undefined].map(isOff), [
    ...[true, true, false, false, false, false],
  ]);
  for (const text of ["yes", "1", "True", "true,"]) {
    assertThrows(() => isOff(text), KoordinatorError, `KOORDINATOR_DISABLED is "${text}"`);
  }
});

Deno.test("a value that a variable may not have names the choices", () => {
  const error = assertThrows(() => read({ KOORDINATOR_LOG_LEVEL: "loud" }), KoordinatorError);
  assertEquals(error.hint, "set it to debug, info, warning, error");
});

Deno.test("the grace period is seconds, as Kubernetes writes them, or a duration", () => {
  const period = (text: string) => read({ KOORDINATOR_GRACE_PERIOD: text }).gracePeriod;
  assertEquals([" 45 ", "45s", "1m30s", "0"].map(period), [45, 45, 90, 0].map(seconds));
  assertEquals(period(" "), undefined);
  for (const text of ["soon", "-1", "1.5", "45 s", "1e3"]) {
    const error = assertThrows(() => period(text), KoordinatorError);
    assertEquals(error.message, `KOORDINATOR_GRACE_PERIOD is "${text}"`);
  }
  assertEquals(read({ KOORDINATOR_GRACE_PERIODS: "1" }).warnings, [
    "the variable KOORDINATOR_GRACE_PERIODS is not read: did you mean KOORDINATOR_GRACE_PERIOD?",
  ]);
});

Deno.test("a container has a name that a pod can give it", () => {
  assertEquals(read({ KOORDINATOR_CONTAINER_NAME: " main-1 " }).containerName, "main-1");
  for (const name of ["../main", "main/", ".", "Main", "main_1", "-main", "m".repeat(64)]) {
    assertThrows(
      () => read({ KOORDINATOR_CONTAINER_NAME: name }),
      KoordinatorError,
      `KOORDINATOR_CONTAINER_NAME is "${name}"`,
    );
  }
});
