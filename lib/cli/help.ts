const TEXT = `koordinator gives the containers of a pod an order.

  koordinator [--] COMMAND [ARG...]   supervise COMMAND
  koordinator copy DIR                install this executable as DIR/koordinator
  koordinator probe [--tcp PORT | --http PORT/PATH]
                                      exec probe: fails while COMMAND is held back
  koordinator status [CONTAINER]      print what a supervisor of this pod knows
  koordinator schema                  print the JSON Schema of the spec
  koordinator version [--verbose]     print the version
  koordinator help                    print this

The spec is the JSON in KOORDINATOR_SPEC:
  {"startDeps":["proxy"]}             hold COMMAND back until the container proxy is ready
  {"stopDeps":["main"]}               stop COMMAND once the container main has ended for good

Exit codes: COMMAND's own, 128+n if it died of signal n, or
  121  a start dependency can never be met
  124  start timeout
  125  koordinator's own failure, or a bad configuration
  126  COMMAND cannot be executed
  127  COMMAND was not found
  143  terminated while waiting
`;

/** `koordinator help`: prints how koordinator is called. */
export function help(_args: readonly string[]): number {
  Deno.stdout.writeSync(new TextEncoder().encode(TEXT));
  return 0;
}
