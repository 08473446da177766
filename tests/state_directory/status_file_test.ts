import { assertEquals } from "@std/assert";
import { openStatusFile, readStatus } from "../../lib/state_directory/status_file.ts";
import type { SupervisorStatus } from "../../lib/supervisor/status.ts";
import { stateDirectory } from "./fixture.ts";

const RUNNING: SupervisorStatus = {
  phase: "running",
  stopping: undefined,
  dependencies: [],
  startTimeout: undefined,
};
const CONTACT = { last: undefined, nextRetry: undefined, error: undefined, over: true };

const never = (error: unknown) => {
  throw error;
};

function faulty(): SupervisorStatus {
  throw new Error("no such phase");
}

Deno.test("where there is no folder there is no status, and nobody is told of that", async () => {
  await using state = await stateDirectory();
  openStatusFile(state.path, "main")(() => RUNNING, CONTACT, true, never);
  assertEquals(readStatus(state.path, "main"), undefined);
});

for (const place of ["a folder", "no folder"]) {
  for (const isLast of [true, false]) {
    const when = isLast ? "at once" : "later";
    Deno.test(`of a status that cannot be made ${when} whoever published it is told, with ${place}`, async () => {
      await using state = await stateDirectory();
      if (place === "a folder") await Deno.mkdir(state.path);
      const publish = openStatusFile(state.path, "main");
      const told = Promise.withResolvers<unknown>();
      const deadline = setTimeout(() => told.reject(new Error("not told")), 60_000);
      publish(faulty, CONTACT, isLast, told.resolve);
      assertEquals(String(await told.promise), "Error: no such phase");
      clearTimeout(deadline);
      publish(() => RUNNING, CONTACT, true, never);
      assertEquals(
        readStatus(state.path, "main")?.phase,
        place === "a folder" ? "running" : undefined,
      );
    });
  }
}
