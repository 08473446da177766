import { assertEquals } from "@std/assert";
import { evaluate } from "./stubs.ts";

/** A client that tells its version, with an answer to all else. */
const client = (version: string, answer = "true") =>
  `case $1 in
  --version) echo "${version}" ;;
  *) ${answer} ;;
esac`;
const DOCKER = client("Docker version 28.2.2, build e6534b4");
const NO_DAEMON = client(
  "Docker version 28.2.2, build e6534b4",
  'echo "Cannot connect to the Docker daemon. Is the docker daemon running?" >&2; exit 1',
);
const PODMAN = client("podman version 4.3.1");
const NERDCTL = client("nerdctl version 2.0.2");

const CASES: readonly {
  readonly name: string;
  readonly programs: Readonly<Record<string, string>>;
  readonly chosen?: string;
  readonly found: string | readonly string[];
}[] = [
  { name: "Docker", programs: { docker: DOCKER }, found: "docker" },
  { name: "Podman", programs: { podman: PODMAN }, found: "podman" },
  { name: "nerdctl", programs: { nerdctl: NERDCTL, podman: PODMAN }, found: "nerdctl" },
  { name: "Docker before Podman", programs: { docker: DOCKER, podman: PODMAN }, found: "docker" },
  {
    name: "Podman where Docker's client has no daemon",
    programs: { docker: NO_DAEMON, podman: PODMAN },
    found: "podman",
  },
  {
    name: "Podman that is called docker as well",
    // By the name that it was called with.
    programs: { docker: client("docker version 4.3.1"), podman: PODMAN },
    found: "podman",
  },
  {
    name: "the one of KIND_EXPERIMENTAL_PROVIDER",
    programs: { docker: DOCKER, podman: PODMAN },
    chosen: "podman",
    found: "podman",
  },
  {
    name: "none where the chosen one is not there",
    programs: { docker: DOCKER },
    chosen: "podman",
    found: ["podman: not on the PATH"],
  },
  {
    name: "none, and says of each why",
    programs: { docker: NO_DAEMON },
    found: [
      "docker: does not answer: Cannot connect to the Docker daemon. Is the docker daemon running?",
      "nerdctl: not on the PATH",
      "podman: not on the PATH",
    ],
  },
];

for (const { name, programs, chosen, found } of CASES) {
  Deno.test(`the container engine for kind is ${name}`, async () => {
    const { value } = await evaluate(
      "tools/e2e/engine.ts",
      "subject.findEngine(env).then((found) => found.program ?? found.missing)",
      { programs, env: { KIND_EXPERIMENTAL_PROVIDER: chosen ?? "" } },
    );
    assertEquals(value, found);
  });
}
