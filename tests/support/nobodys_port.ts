/**
 * A port of TCP on which nobody listens (tcpmux, RFC 1078). One that a test was given and has left may be
 * given to another at once.
 */
export const NOBODYS_PORT = 1;
