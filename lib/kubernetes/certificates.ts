/** The authorities that the API server's certificate is checked against, or why there are none. */
export type Certificates =
  | { readonly text: string; readonly fault?: undefined }
  | { readonly text?: undefined; readonly fault: string };

/** Reads a file of certificates in PEM. */
export function readCertificates(path: string): Certificates {
  let text: string;
  try {
    text = Deno.readTextFileSync(path);
  } catch (error) {
    const why = error instanceof Error ? error.message : error;
    return { fault: `${path} cannot be read: ${why}` };
  }
  return holdsCertificates(text)
    ? { text }
    : { fault: `${path} holds no certificate that can be read` };
}

/** Deno takes some garbage silently, and would not tell the other from the server's certificate. */
function holdsCertificates(text: string): boolean {
  const blocks = [
    ...text.matchAll(/-----BEGIN CERTIFICATE-----([^-]*)-----END CERTIFICATE-----/g),
  ];
  return blocks.length > 0 && blocks.every(([, base64 = ""]) => isDer(base64));
}

/** Whether this is the base64 of one ASN.1 sequence, as a certificate is (RFC 5280, X.690 8.1.3). */
function isDer(base64: string): boolean {
  let der: Uint8Array;
  try {
    der = Uint8Array.from(atob(base64.replace(/\s/g, "")), (letter) => letter.charCodeAt(0));
  } catch {
    return false;
  }
  // No certificate is so short that its length stands in one octet.
  const octets = (der[1] ?? 0) - 0x80;
  if (der[0] !== 0x30 || octets < 1 || octets > 3) return false;
  const length = der.slice(2, 2 + octets).reduce((sum, octet) => sum * 256 + octet, 0);
  return der.length === 2 + octets + length;
}
