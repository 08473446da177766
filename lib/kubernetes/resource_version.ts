/**
 * Whether one resource version is certainly older than another. They are decimal numbers of any size
 * (KEP-5504, and the revisions of etcd before it); what is no such number is not judged.
 *
 * @see https://github.com/kubernetes/enhancements/issues/5504
 */
export function isOlder(version: string | undefined, than: string | undefined): boolean {
  if (version === undefined || than === undefined) return false;
  if (!DECIMAL.test(version) || !DECIMAL.test(than)) return false;
  if (version.length !== than.length) return version.length < than.length;
  return version < than;
}

const DECIMAL = /^[1-9][0-9]*$/;
