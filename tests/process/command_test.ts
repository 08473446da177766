import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { startFixture, TERMINAL } from "./fixture.ts";

/** Both ways to run a command: as a child, and in koordinator's place. */
const WAYS = ["supervise", "hand_over"] as const;

Deno.test("every exit code from 0 to 255 is the command's own", async () => {
  await using fixture = startFixture("launch_each_code");
  assertEquals((await fixture.status).code, 0);
  assertEquals(fixture.output().trim(), Array.from({ length: 256 }, (_, n) => n).join(" "));
});

for (const signal of [1, 2, 3, 6, 9, 10, 12, 13, 15, 34, 64]) {
  Deno.test(`a command that dies of signal ${signal} gives ${128 + signal}`, async () => {
    await using fixture = startFixture("supervise", ["sh", "-c", `kill -${signal} $$`]);
    assertEquals((await fixture.status).code, 128 + signal);
  });
}

for (const way of WAYS) {
  for (
    const [title, file, content, mode, code, message] of [
      ["that does not exist", "missing", undefined, 0, 127, "no such file"],
      ["that is a folder", ".", undefined, 0, 126, "is a directory"],
      ["without the executable bit", "plain", "#!/bin/sh\n", 0o644, 126, "is not executable"],
      ["in no format", "noise", "\x01\x02\x03", 0o755, 126, "not a program"],
      ["whose interpreter is missing", "script", "#!/no/such/sh\n", 0o755, 127, "interpreter"],
    ] as const
  ) {
    Deno.test(`${way}: a command ${title} ends ${code} and says why`, async () => {
      const folder = await Deno.makeTempDir();
      try {
        const path = `${folder}/${file}`;
        if (content !== undefined) await Deno.writeTextFile(path, content, { mode });
        await using fixture = startFixture(way, [path]);
        assertEquals((await fixture.status).code, code);
        assertStringIncludes(fixture.output(), message);
        assertStringIncludes(fixture.output(), path);
      } finally {
        await Deno.remove(folder, { recursive: true });
      }
    });
  }

  Deno.test(`${way}: a name that is nowhere in PATH ends 127`, async () => {
    await using fixture = startFixture(way, ["no-such-command-anywhere"]);
    assertEquals((await fixture.status).code, 127);
    assertStringIncludes(fixture.output(), "not in PATH");
  });

  Deno.test(`${way}: stdin reaches the command`, async () => {
    await using fixture = startFixture(way, ["sh"]);
    await fixture.write("exit 17\n");
    assertEquals((await fixture.status).code, 17);
  });

  Deno.test(`${way}: the working directory is unchanged`, async () => {
    const cwd = await Deno.realPath(await Deno.makeTempDir());
    try {
      await using fixture = startFixture(way, ["pwd"], { cwd });
      await fixture.status;
      assertMatch(fixture.output(), new RegExp(`^${cwd}$`, "m"));
    } finally {
      await Deno.remove(cwd);
    }
  });

  Deno.test(`${way}: the command finds the signals blocked and ignored as at the start`, async () => {
    const under = ["env", "--ignore-signal=HUP,INT,TTOU", "--block-signal=CHLD,TERM,ILL,TTIN"];
    await using fixture = startFixture(way, ["grep", "Sig", "/proc/self/status"], { under });
    assertEquals((await fixture.status).code, 0);
    // glibc's posix_spawn adds its own signals 32 and 33 to those ignored, which no program sees.
    assertMatch(fixture.output(), /^SigIgn:\s+0000000[01]80200003$|^SigIgn:\s+0000000000200003$/m);
    assertMatch(fixture.output(), /^SigBlk:\s+0000000000114008$/m);
  });

  Deno.test(`${way}: SIGPIPE kills the command as it does without koordinator`, async () => {
    await using fixture = startFixture(way, ["grep", "SigIgn", "/proc/self/status"]);
    await fixture.status;
    assertMatch(fixture.output(), /^SigIgn:\s+0000000[01]?[0-9]{1,2}0000000$/m);
  });

  Deno.test(`${way}: a variable that is not UTF-8 reaches the command byte for byte`, async () => {
    const set = 'ODD=$(printf "\\377x") exec "$@"';
    const script = 'printf %s "$ODD" | od -An -tx1';
    await using fixture = startFixture(way, ["sh", "-c", script], {
      under: ["sh", "-c", set, "sh"],
    });
    await fixture.status;
    assertMatch(fixture.output(), /ff 78/);
  });

  Deno.test(`${way}: no descriptor of koordinator's is left to the command`, async () => {
    const list = ["ls", "/proc/self/fd"] as const;
    const plain = await new Deno.Command(list[0], { args: [list[1]], stdin: "null" }).output();
    await using fixture = startFixture(way, list);
    await fixture.status;
    const left = fixture.output().replace(/^was .*\n/, "");
    assertEquals(left, new TextDecoder().decode(plain.stdout));
  });
}

Deno.test("a command launched as a child leads a process group of its own", async () => {
  await using fixture = startFixture("supervise", ["sh", "-c", "echo $$; cat /proc/self/stat"]);
  await fixture.status;
  const [leader, stat] = fixture.output().split("\n");
  assertEquals(stat?.split(") ")[1]?.split(" ")[2], leader);
});

Deno.test("on a terminal the command's group is the foreground group from its first instruction", async () => {
  await using fixture = startFixture("supervise", ["cat", "/proc/self/stat"], { under: TERMINAL });
  assertEquals((await fixture.status).code, 0);
  // proc_pid_stat(5): state, ppid, pgrp, session, tty_nr, tpgid.
  const [, , group, , , foreground] = fixture.output().split(") ")[1]?.split(" ") ?? [];
  assertEquals(foreground, group);
});

Deno.test("a command in koordinator's place has its pid", async () => {
  await using fixture = startFixture("hand_over", ["sh", "-c", "echo is $$"]);
  await fixture.status;
  assertEquals(fixture.output(), `was ${fixture.pid}\nis ${fixture.pid}\n`);
});

Deno.test("a fault inside koordinator is told and leaves the command alone", async () => {
  const env = { FIXTURE_FAULT: "1" };
  await using fixture = startFixture("supervise", ["sh", "-c", "read x; exit 5"], { env });
  await fixture.says(/Error: a fault of koordinator/);
  await fixture.write("go on\n");
  assertEquals((await fixture.status).code, 5);
});
