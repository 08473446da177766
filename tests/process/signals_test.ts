import { assertEquals } from "@std/assert";
import { FORWARDED, SIGNALS } from "../../lib/spec/signal.ts";
import { childrenOf, eventually, processField, startFixture } from "./fixture.ts";

Deno.test("each signal that can be passed on reaches the command", async () => {
  const traps = FORWARDED.map((name) => `trap 'echo got ${name}' ${SIGNALS[name]};`).join(" ");
  const script = `${traps} echo up; while :; do sleep 0.01; done`;
  await using fixture = startFixture("supervise", ["sh", "-c", script]);
  await fixture.says(/up/);
  for (const name of FORWARDED) {
    // Deno has no name for some that Linux has; kill(1) takes the number.
    new Deno.Command("sh", { args: ["-c", `kill -${SIGNALS[name]} ${fixture.pid}`] }).outputSync();
    await fixture.says(new RegExp(`^got ${name}$`, "m"));
  }
});

for (
  const [signal, code] of [["SIGTERM", 143], ["SIGUSR1", 138], ["SIGUSR2", 140]] as const
) {
  Deno.test(`a command that ${signal} kills gives ${code}`, async () => {
    await using fixture = startFixture("supervise", ["sh", "-c", "echo up; exec sleep 1000"]);
    await fixture.says(/up/);
    fixture.kill(signal);
    assertEquals((await fixture.status).code, code);
  });
}

Deno.test("SIGTERM is passed on even if it was blocked at the start, as it still is for the command", async () => {
  const under = ["env", "--block-signal=TERM"];
  await using fixture = startFixture("supervise", ["sleep", "1000"], { under });
  const command = await eventually(
    () => childrenOf(fixture.pid).find((pid) => processField(pid, "Name") === "sleep"),
    () => "the command",
  );
  fixture.kill("SIGTERM");
  await eventually(
    () => processField(command, "ShdPnd")?.endsWith("4000") || undefined,
    () => "SIGTERM to be pending in the command",
  );
});
