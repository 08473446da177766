/** What of an object is given beside what every one has. */
export type Fields = Readonly<Record<string, unknown>>;

/** A container of this name with koordinator in front, from the usual volume. */
export function wrapped(name: string, spec: Fields | undefined, fields: Fields = {}): Fields {
  const { env = [], ...rest } = fields;
  return {
    name,
    command: ["/koordinator/koordinator", `/${name}`],
    env: [
      ...spec === undefined ? [] : [{ name: "KOORDINATOR_SPEC", value: JSON.stringify(spec) }],
      ...Array.isArray(env) ? env : [],
    ],
    volumeMounts: [{ name: "koordinator", mountPath: "/koordinator" }],
    ...rest,
  };
}

/** A container that is not under koordinator. */
export function bare(name: string, fields: Fields = {}): Fields {
  return { name, command: [`/${name}`], ...fields };
}

/** The init container that brings koordinator. */
export const DELIVERY: Fields = {
  name: "koordinator",
  image: "koordinator",
  args: ["/koordinator"],
  volumeMounts: [{ name: "koordinator", mountPath: "/koordinator" }],
};

/** The text of a Job whose pod has these containers and koordinator's volume; never a token by default. */
export function job(containers: readonly Fields[], fields: Fields = {}): string {
  return object("Job", "batch/v1", podSpec(containers, { restartPolicy: "Never", ...fields }));
}

/** The same of a Deployment. */
export function deployment(containers: readonly Fields[], fields: Fields = {}): string {
  return object("Deployment", "apps/v1", podSpec(containers, fields));
}

function object(kind: string, apiVersion: string, spec: Fields): string {
  const metadata = { name: "shop", namespace: "market" };
  return JSON.stringify({ apiVersion, kind, metadata, spec: { template: { spec } } });
}

function podSpec(containers: readonly Fields[], fields: Fields): Fields {
  return {
    automountServiceAccountToken: false,
    volumes: [{ name: "koordinator", emptyDir: {} }],
    initContainers: [DELIVERY],
    containers,
    ...fields,
  };
}
