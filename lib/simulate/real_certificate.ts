/** A server's key and certificate in PEM; the certificate vouches for itself. */
export interface ServerIdentity {
  readonly key: string;
  readonly certificate: string;
}

const TAG = {
  integer: 0x02,
  bits: 0x03,
  octets: 0x04,
  oid: 0x06,
  utf8: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  version: 0xa0,
  extensions: 0xa3,
  /** iPAddress of GeneralName. */
  address: 0x87,
} as const;

/** Object identifiers in DER: ecdsa-with-SHA256, commonName, subjectAltName. */
const OID = {
  ecdsaWithSha256: [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02],
  commonName: [0x55, 0x04, 0x03],
  subjectAltName: [0x55, 0x1d, 0x11],
} as const;

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const DAY = 86_400_000;

/**
 * Makes a certificate for 127.0.0.1 that is good for a day: koordinator talks TLS alone to an API
 * server. https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 *
 * @param now milliseconds since 1970
 */
export async function makeServerIdentity(now: number): Promise<ServerIdentity> {
  const keys = await crypto.subtle.generateKey(ALGORITHM, true, ["sign", "verify"]);
  const [spki, pkcs8] = await Promise.all([
    crypto.subtle.exportKey("spki", keys.publicKey),
    crypto.subtle.exportKey("pkcs8", keys.privateKey),
  ]);
  const algorithm = der(TAG.sequence, der(TAG.oid, OID.ecdsaWithSha256));
  const attribute = der(
    TAG.sequence,
    der(TAG.oid, OID.commonName),
    der(TAG.utf8, new TextEncoder().encode("koordinator simulate")),
  );
  const name = der(TAG.sequence, der(TAG.set, attribute));
  const alternative = der(TAG.sequence, der(TAG.address, [127, 0, 0, 1]));
  const extension = der(
    TAG.sequence,
    der(TAG.oid, OID.subjectAltName),
    der(TAG.octets, alternative),
  );
  const toBeSigned = der(
    TAG.sequence,
    der(TAG.version, der(TAG.integer, [2])),
    der(TAG.integer, [1, ...crypto.getRandomValues(new Uint8Array(8))]),
    algorithm,
    name,
    der(TAG.sequence, utcTime(now - DAY), utcTime(now + DAY)),
    name,
    new Uint8Array(spki),
    der(TAG.extensions, der(TAG.sequence, extension)),
  );
  const hash = { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(hash, keys.privateKey, toBeSigned));
  const signature = der(TAG.sequence, unsigned(raw.subarray(0, 32)), unsigned(raw.subarray(32)));
  const certificate = der(TAG.sequence, toBeSigned, algorithm, der(TAG.bits, [0], signature));
  return {
    key: pem("PRIVATE KEY", new Uint8Array(pkcs8)),
    certificate: pem("CERTIFICATE", certificate),
  };
}

type Bytes = Uint8Array<ArrayBuffer> | readonly number[];

/** A value with its tag and length. https://www.itu.int/rec/T-REC-X.690 */
function der(tag: number, ...parts: readonly Bytes[]): Uint8Array<ArrayBuffer> {
  const content = parts.flatMap((part) => [...part]);
  const { length } = content;
  const size = length < 0x80
    ? [length]
    : length < 0x100
    ? [0x81, length]
    : [0x82, length >> 8, length & 0xff];
  return Uint8Array.from([tag, ...size, ...content]);
}

/** A number that is not negative: without needless zeros, and with one where it would seem to be. */
function unsigned(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const first = bytes.findIndex((byte) => byte !== 0);
  const significant = [...bytes.subarray(Math.max(first, 0))];
  return der(TAG.integer, (significant[0] ?? 0) >= 0x80 ? [0, ...significant] : significant);
}

function utcTime(at: number): Uint8Array<ArrayBuffer> {
  const text = new Date(at).toISOString().replaceAll(/[-:T]|\.\d+/g, "").slice(2);
  return der(TAG.utcTime, new TextEncoder().encode(text));
}

function pem(label: string, bytes: Uint8Array): string {
  const lines = btoa(String.fromCharCode(...bytes)).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
