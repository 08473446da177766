/**
 * The end of a shell script that goes on until a trap of its own ends it, and hears signals at once. It
 * waits for a child that is rarely a new one: sidecars that start a `sleep` twenty times a second cost
 * more than their supervisors. The last child may outlive the shell, and keeps no pipe open.
 */
export const IDLE = "while :; do sleep 5 </dev/null >/dev/null 2>&1 & wait; done";
