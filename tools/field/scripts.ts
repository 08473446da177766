/** A script of field cases that prints a line for each. */
export interface Script {
  /** The programs that it runs, beside bash and python3. */
  readonly needs: readonly string[];
  readonly asRoot: boolean;
  /** Starts so much at once that nothing else is to run beside it. */
  readonly alone?: boolean;
  /** What is not as its first line expects. */
  readonly judge: (lines: readonly string[]) => readonly string[];
}

/** A line that begins so, and what it is to say; every one of them must be there. */
type Expected = Readonly<Record<string, RegExp>>;

function saying(expected: Expected) {
  return (lines: readonly string[]): readonly string[] =>
    Object.entries(expected).flatMap(([start, pattern]) => {
      const line = lines.find((each) => each.startsWith(start));
      if (line === undefined) return [`no line begins with "${start}"`];
      return pattern.test(line) ? [] : [`not ${pattern}: ${line}`];
    });
}

/** Each line that one pattern chooses fits another, and there are so many of them. */
function each(chosen: RegExp, pattern: RegExp, atLeast: number) {
  return (lines: readonly string[]): readonly string[] => {
    const found = lines.filter((line) => chosen.test(line));
    return [
      ...found.filter((line) => !pattern.test(line)).map((line) => `not ${pattern}: ${line}`),
      ...found.length < atLeast ? [`${found.length} lines, and not ${atLeast}`] : [],
    ];
  };
}

function both(...judges: readonly Script["judge"][]): Script["judge"] {
  return (lines) => judges.flatMap((judge) => judge(lines));
}

/** How each script is judged, by its name. */
export const SCRIPTS: Readonly<Record<string, Script>> = {
  "01-spec-text.sh": {
    needs: [],
    asRoot: false,
    judge: both(
      each(/ want \d+: /, / want \d+: ok /, 16),
      saying({
        "encoded-twice": /quoted twice/,
        "single-quotes": /a single quote/,
        "numbers-as-strings": /write "30s"/,
        "duplicate-key": /there twice/,
        "duplicate-nested": /there twice/,
        "trailing-comma": /a comma before/,
        "smart-quotes": /a typographic quote/,
        "go-map": /a Go map/,
        "yaml-text": /YAML/,
        "comma-list": /"main,other"/,
        "template-left": /\{\{ \.Values\.main \}\}/,
        "k8s-var-left": /\$\(MAIN\)/,
        "json-comment": /a comment/,
        "proto-key": /__proto__: unknown key/,
      }),
    ),
  },
  "02-launch.sh": {
    needs: [],
    asRoot: false,
    judge: both(
      each(/^(?!cwd-deleted).* (spec|bare) /, / ok$/, 50),
      // It starts there, or says in a line why not.
      each(/^cwd-deleted/, / ok$|FAIL rc=125 out=koordinator: /, 2),
    ),
  },
  "03-process-groups.sh": {
    needs: ["unshare", "pgrep"],
    asRoot: true,
    // Not its line of 'app | cat': where the whole group is signalled, cat ends before app has spoken.
    judge: each(/^killMode group: 'true/, / ok$/, 1),
  },
  "05-after-exit-odd-answers.sh": {
    needs: [],
    asRoot: false,
    alone: true,
    judge: each(/./, /^\S+ +rc=3 .*CALLS 1\b/, 13),
  },
  "07-daemons.sh": {
    needs: ["unshare", "setsid"],
    asRoot: true,
    judge: saying({
      "daemonises and ends": / rc=0 /,
      "background in group": / rc=0 /,
      "setsid child while running": / rc=4 /,
      "double fork, parent pid 1": / rc=0 /,
      "killMode process": / rc=0 /,
    }),
  },
  "08-gates-odd.sh": {
    needs: ["setpriv"],
    asRoot: true,
    judge: both(
      // What is written there is older than that localhost is all its addresses, for http gates too.
      each(/^(?!http, server on ::1).* rc=\d+ +\d+ ms /, / ms ok /, 22),
      saying({
        "http, server on ::1 only": / rc=7 /,
        "http answers 401": /HTTP 401/,
        "http answers 503": /HTTP 503/,
        "http answers mute": /no answer/,
        "http answers close": /closed without an answer/,
        "http answers tls": /TLS/,
        "file: dangling link": /a link to something/,
        "file in a forbidden folder": / rc=124 .*not allowed to look/,
      }),
    ),
  },
  "09-copy-odd.sh": {
    needs: ["setpriv"],
    asRoot: true,
    judge: saying({
      "full volume": / rc=125 .*it is full/,
      "missing folder": / rc=125 .*it does not exist/,
      "read-only": / rc=125 .*may not be written/,
      "umask 077": / rc=0 /,
      "over a running one": / rc=0 /,
      "by another user, sticky": / rc=(0|125) /,
      "setgid 2770 folder": / rc=0 /,
      "two folders": / rc=125 .*takes one folder/,
      "no folder": / rc=125 .*takes one folder/,
      "a file as folder": / rc=125 .*it is a file/,
      "trailing slash": / rc=0 /,
      "relative": / rc=0 /,
      "empty": / rc=125 .*is empty/,
    }),
  },
  "16-preload-local.sh": {
    needs: ["cc", "musl-gcc", "patchelf", "busybox"],
    asRoot: false,
    judge: both(
      each(/^(ok|FAIL) /, /^ok /, 6),
      // The command is a dynamic program and obeys the first of these itself; koordinator has waited before.
      each(/^LD_TRACE_LOADED_OBJECTS rc=/, /^\S+ rc=0 \S+ koordinator info: waiting /, 1),
      each(/^LD_SHOW_AUXV rc=/, / rc=7 /, 1),
      each(/^koordinator \w+ in an Alpine/, / rc=(0|1|125) (koordinator: |$)/, 4),
    ),
  },
  "18-long-durations.sh": {
    needs: [],
    asRoot: false,
    judge: both(
      each(/^startTimeout (\d{3,}h|1e3h|1\.5h|24h0m0s) /, /still held|refused/, 9),
      each(/^startTimeout (60|1d|1w|1 m|1M|PT1M|\+5s|-5s) /, /refused/, 8),
      each(/^stopDelay /, /held back \(ok\)$/, 2),
    ),
  },
};
