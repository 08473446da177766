/** A component of a CycloneDX 1.6 document, as far as koordinator's needs it. */
export interface Component {
  readonly type: "application" | "file" | "library" | "platform";
  readonly "bom-ref": string;
  readonly name: string;
  readonly version?: string;
  readonly description?: string;
  readonly hashes?: readonly Hash[];
  readonly licenses?: readonly License[];
  readonly purl?: string;
  readonly properties?: readonly { readonly name: string; readonly value: string }[];
  readonly components?: readonly Component[];
  readonly evidence?: unknown;
}

interface Hash {
  readonly alg: "SHA-256";
  readonly content: string;
}

type License =
  | { readonly license: { readonly id: string } }
  | { readonly expression: string };

/** The one license of a component: an SPDX identifier, or an expression of several. */
export function licensed(expression: string): Pick<Component, "licenses"> {
  return {
    licenses: [/[ ()]/.test(expression) ? { expression } : { license: { id: expression } }],
  };
}

/** The SHA-256 of a component. */
export function hashed(content: string): Pick<Component, "hashes"> {
  return { hashes: [{ alg: "SHA-256", content }] };
}

/** How it is known that a component is in: a mark in the executable's own bytes. */
export function seen(field: "name" | "purl", value: string): Pick<Component, "evidence"> {
  const method = { technique: "binary-analysis", confidence: 1, value };
  return { evidence: { identity: [{ field, confidence: 1, methods: [method] }] } };
}
