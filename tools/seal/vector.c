/*
 * What the kernel lays on the stack of a new program: argc, argv, envp and the auxiliary vector. The
 * loader gives ld.so a copy, with entries of its own and with arguments that Deno can take.
 */
#include "loader.h"

/* Whether Deno can take an argument: it ends at one that is no UTF-8 (RFC 3629). */
static int is_utf8(const unsigned char *text) {
  while (*text != 0) {
    unsigned char lead = *text++;
    if (lead < 0x80) continue;
    if (lead < 0xc2 || lead > 0xf4) return 0;
    unsigned char low = lead == 0xe0 ? 0xa0 : lead == 0xf0 ? 0x90 : 0x80;
    unsigned char high = lead == 0xed ? 0x9f : lead == 0xf4 ? 0x8f : 0xbf;
    for (int more = lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3; more > 0; more--) {
      if (*text < low || *text > high) return 0;
      text++;
      low = 0x80;
      high = 0xbf;
    }
  }
  return 1;
}

/* How much `extend` needs: the vector as it is, our entries, and copies of some arguments. */
size_t room_for(uintptr_t *stack, Elf64_auxv_t *end) {
  size_t room = (size_t)((char *)(end + 1 + ADDED) - (char *)stack);
  for (size_t i = 1; i <= stack[0]; i++)
    if (!is_utf8((const unsigned char *)stack[i])) room += length_of((const char *)stack[i]) + 1;
  return room;
}

/*
 * Copies argc, argv, envp and the auxiliary vector up to `end`, its last entry, with our entries.
 * In place of arguments that are no UTF-8 come copies in which a question mark stands for each byte
 * that is no ASCII: /proc/self/cmdline still has their bytes, see lib/process/arguments.ts.
 */
void extend(uintptr_t *to, uintptr_t *stack, Elf64_auxv_t *end, const Elf64_auxv_t *added) {
  size_t size = (size_t)((char *)end - (char *)stack);
  copy((char *)to, (const char *)stack, size);
  Elf64_auxv_t *last = (Elf64_auxv_t *)((char *)to + size);
  for (int i = 0; i < ADDED; i++) *last++ = added[i];
  *last++ = *end;
  char *text = (char *)last;
  for (size_t i = 1; i <= to[0]; i++) {
    const char *from = (const char *)to[i];
    if (is_utf8((const unsigned char *)from)) continue;
    to[i] = (uintptr_t)text;
    do *text++ = (signed char)*from < 0 ? '?' : *from;
    while (*from++ != 0);
  }
}
