/** The number of clone3(2), the same for every processor, as x86_64 loads it before it calls the kernel. */
const CALL = [0xb8, 0xb3, 0x01, 0x00, 0x00, 0x0f, 0x05];

/** In its place, of the same length: the answer -ENOSYS, as of a kernel that has no clone3. */
const NO_SUCH_CALL = [0x48, 0xc7, 0xc0, 0xda, 0xff, 0xff, 0xff];

/**
 * The C library of x86_64 without clone3(2). It goes on to clone(2) where the kernel has no clone3, but
 * not where a seccomp profile refuses it: Docker's did so with EPERM before 20.10.10, and no thread and
 * no process could be had. What it does with clone3 it can do with clone. On arm64 glibc does not use it.
 *
 * @throws {Error} if it makes this call in more than one place
 */
export function withoutClone3(library: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  const at = placesOf(CALL, library);
  const [place, ...others] = at;
  if (others.length > 0) throw new Error("libc calls clone3 in more places than one");
  if (place === undefined) return library;
  const changed = library.slice();
  changed.set(NO_SUCH_CALL, place);
  return changed;
}

function placesOf(wanted: readonly number[], bytes: Uint8Array<ArrayBuffer>): readonly number[] {
  const [first = 0] = wanted;
  const places: number[] = [];
  for (let at = bytes.indexOf(first); at >= 0; at = bytes.indexOf(first, at + 1)) {
    if (wanted.every((byte, index) => bytes[at + index] === byte)) places.push(at);
  }
  return places;
}
