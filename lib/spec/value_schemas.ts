import * as v from "valibot";
import { CONTAINER_NAME } from "./container_name.ts";
import { type Duration, parseDuration } from "./duration.ts";
import { integer, whenNeeded } from "./shapes.ts";
import { parseSignal, type SignalName } from "./signal.ts";

/** What a list of containers is called where something else was found. */
export const NAMES = 'a list of containers such as ["main"]';

/** A container's name is a DNS label (RFC 1123), as the API server demands. */
export const containerName = whenNeeded(() =>
  v.pipe(
    v.string("a container name"),
    v.regex(CONTAINER_NAME, "a container name (lower case, digits, -)"),
  )
);

/** A length of time, `1m30s`. */
export const duration = whenNeeded(() =>
  v.pipe(
    v.string('a duration such as "10s"'),
    v.rawTransform<string, Duration>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseDuration(dataset.value);
      if (parsed !== undefined) return parsed;
      addIssue({ message: 'a duration such as "500ms", "10s", "1m30s"' });
      return NEVER;
    }),
  )
);

const SIGNAL = 'a signal such as "SIGTERM", "TERM" or 15';

/** A signal of Linux, by name or number. */
export const signal = whenNeeded(() =>
  v.pipe(
    v.union([v.string(), v.number()], SIGNAL),
    v.rawTransform<string | number, SignalName>(({ dataset, addIssue, NEVER }) => {
      const parsed = parseSignal(dataset.value);
      if (parsed !== undefined) return parsed;
      addIssue({ message: SIGNAL });
      return NEVER;
    }),
  )
);

/** One that a program can catch. */
export const termSignal = whenNeeded(() =>
  v.pipe(
    signal,
    v.check(
      (name) => name !== "SIGKILL" && name !== "SIGSTOP",
      "a signal that a program can catch (not SIGKILL or SIGSTOP)",
    ),
  )
);

/** A TCP port. */
export const port = integer(1, 65_535);

/** A path of a file or a URL; the kernel's paths end at a NUL. */
export const path = whenNeeded(() =>
  v.pipe(
    v.string('a path that begins with "/"'),
    v.regex(/^\/[^\0]*$/, 'a path that begins with "/"'),
  )
);

/** What a process can end with. */
export const exitCode = integer(0, 255);

/** Negative: the command's own. */
export const exitCodeOrOwn = integer(Number.MIN_SAFE_INTEGER, 255);
