/** A text as XML holds it, in an element or in an attribute. */
export function escapeXml(text: string): string {
  return text
    .replace(NOT_XML, "\u{fffd}")
    .replace(/[&<>"']/g, (found) => `&#${found.charCodeAt(0)};`);
}

/** What no XML may hold. https://www.w3.org/TR/xml/#charsets */
const NOT_XML = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu;

/** A number with one digit behind the point: a picture needs no more. */
export function rounded(value: number): string {
  return String(Math.round(value * 10) / 10);
}
