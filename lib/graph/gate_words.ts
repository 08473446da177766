import type { Check } from "../spec/spec.ts";
import { visible } from "../spec/visible.ts";

/** What tells a gate from others; no name of a container looks like that. */
export function keyOf(check: Check): string {
  return `${check.kind} ${whereOf(check)}`;
}

/** Where a gate is, as its author thinks of it: `5432`, `:8080/ready`, `/run/db.sock`. */
export function whereOf(check: Check): string {
  switch (check.kind) {
    case "tcp":
      return isOwnHost(check.host) ? `:${check.port}` : `${bracketed(check.host)}:${check.port}`;
    case "http":
      return visible(`:${check.port}${check.path}`);
    case "unix":
    case "file":
      return visible(check.path);
  }
}

/** What kind of gate it is. */
export function kindOf({ kind }: Check): string {
  switch (kind) {
    case "tcp":
      return "TCP port";
    case "http":
      return "HTTP";
    case "unix":
      return "Unix socket";
    case "file":
      return "file";
  }
}

/** What a gate does once it is open: `answers`. */
export function openOf({ kind }: Check): string {
  switch (kind) {
    case "tcp":
    case "unix":
      return "listens";
    case "http":
      return "answers";
    case "file":
      return "exists";
  }
}

function isOwnHost(host: string): boolean {
  return host === "127.0.0.1" || host === "localhost";
}

function bracketed(host: string): string {
  return host.includes(":") ? `[${host}]` : host;
}
