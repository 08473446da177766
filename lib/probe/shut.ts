import { visible } from "../spec/visible.ts";

/**
 * What the errors of connections and files mean for a gate, by their names. Patterns take time on the
 * way to the command, so they are made when a gate is shut.
 */
const meanings = (): readonly (readonly [RegExp, string])[] => [
  [/ECONNREFUSED|Connection refused/, "connection refused: nobody listens there"],
  [
    /ECONNRESET|EPIPE|closed before message|unexpected end/,
    "the connection was closed without an answer",
  ],
  [/lookup address|Name or service|nodename|no address/i, "the name is not known"],
  [/ENETUNREACH|EHOSTUNREACH|EADDRNOTAVAIL|unreachable|No route/i, "no way leads there"],
  [/ENOENT|No such file/, "it is not there"],
  [
    /EACCES|EPERM|Permission denied|not permitted/,
    "permission denied: this user is not allowed to look",
  ],
  [/ENOTDIR|Not a directory/, "a part of its path is a file, and no folder"],
  [/ELOOP|symbolic links/, "its links lead in a circle"],
  [/ENAMETOOLONG/, "its name is too long"],
  [/EMFILE|ENFILE/, "too many open files"],
];

/** Why a gate is shut that an error has shut, in the words of its reader. */
export function whyShut(error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const message = error instanceof Error ? error.message : String(error);
  return meanings().find(([pattern]) => pattern.test(code) || pattern.test(message))?.[1] ??
    visible(message).slice(0, 200);
}
