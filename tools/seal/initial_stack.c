/*
 * What the kernel lays on the stack of a new program: argc, argv, envp and the auxiliary vector. The
 * loader gives ld.so one of its own making: with entries of its own, with arguments that Deno can take
 * and with the variables that are koordinator's.
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

static size_t length_of_aux(const Elf64_auxv_t *aux) {
  size_t length = 1;
  while (aux++->a_type != AT_NULL) length++;
  return length;
}

/* How many bytes `make_initial_stack` needs. */
size_t room_for_initial_stack(const struct initial_stack *of) {
  size_t room = (1 + of->argc + 1 + own_environment(NULL, of->environment)) * sizeof(uintptr_t) +
                (ADDED + length_of_aux(of->aux)) * sizeof *of->aux;
  for (size_t i = 0; i < of->argc; i++)
    if (!is_utf8((const unsigned char *)of->argv[i])) room += length_of((const char *)of->argv[i]) + 1;
  return room;
}

/*
 * In place of arguments that are no UTF-8 come copies in which a question mark stands for each byte
 * that is no ASCII: /proc/self/cmdline still has their bytes, see lib/linux/arguments.ts.
 */
void make_initial_stack(uintptr_t *to, const struct initial_stack *of, const Elf64_auxv_t *added) {
  *to++ = of->argc;
  uintptr_t *argv = to;
  to += of->argc;
  *to++ = 0;
  to += own_environment(to, of->environment);
  Elf64_auxv_t *aux = (Elf64_auxv_t *)to;
  for (const Elf64_auxv_t *entry = of->aux; entry->a_type != AT_NULL; entry++) *aux++ = *entry;
  for (int i = 0; i < ADDED; i++) *aux++ = added[i];
  *aux++ = (Elf64_auxv_t){ .a_type = AT_NULL };
  char *text = (char *)aux;
  for (size_t i = 0; i < of->argc; i++) {
    const char *from = (const char *)of->argv[i];
    argv[i] = of->argv[i];
    if (is_utf8((const unsigned char *)from)) continue;
    argv[i] = (uintptr_t)text;
    do *text++ = (signed char)*from < 0 ? '?' : *from;
    while (*from++ != 0);
  }
}
