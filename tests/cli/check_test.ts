import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { startKoordinator } from "../support/koordinator.ts";

const path = (name: string) => fileURLToPath(new URL(`../../${name}`, import.meta.url));

Deno.test("the executable checks a manifest, all orders of events included", async () => {
  await using run = startKoordinator(["check", "--strict", path("examples/job.yaml")]);
  assertEquals((await run.status).code, 0, run.output().stderr);
  assertMatch(run.output().stdout, /^Job example: all orders of events were gone through/);
  assertEquals(run.output().stderr, "");
});

Deno.test("the executable tells what is wrong, without colours where no terminal is", async () => {
  const file = path("tests/check/manifests/bad/cycle.yaml");
  await using run = startKoordinator(["check", file, "--output", "text"]);
  assertEquals((await run.status).code, 1);
  assertStringIncludes(run.output().stdout, `${file}:40:30: error: `);
  assertStringIncludes(run.output().stdout, "[cycle]");
});

Deno.test("a wrong call of check ends with 125, and leaves no termination message", async () => {
  await using run = startKoordinator(["check", "--strct", path("examples/job.yaml")]);
  assertEquals((await run.status).code, 125);
  assertStringIncludes(run.output().stderr, "did you mean --strict?");
});
