/* The mappings of this process's memory, out of /proc/self/maps (proc_pid_maps(5)). */
#include "maps.h"

static int next(struct maps *of) {
  if (of->at == of->length) {
    of->length = call(SYS_read, of->fd, (long)of->bytes, sizeof of->bytes, 0, 0, 0);
    of->at = 0;
    if (of->length <= 0) return of->length = 0, -1;
  }
  return (unsigned char)of->bytes[of->at++];
}

/* A number in hexadecimal, and the character behind it is gone. */
static uintptr_t number(struct maps *of) {
  uintptr_t value = 0;
  for (int c; (c = next(of)) > ' ' && c != '-';)
    value = value << 4 | (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
  return value;
}

int next_anonymous(struct maps *of, struct mapping *found) {
  static const char wanted[] = "rw-p 00000000 00:00 0";
  for (;;) {
    found->from = number(of);
    found->to = number(of);
    if (found->to == 0) return 0;
    size_t matched = 0;
    int c, is_wanted = 1;
    while ((c = next(of)) >= 0 && c != '\n') {
      if (matched < sizeof wanted - 1 ? c != wanted[matched++] : c != ' ') is_wanted = 0;
    }
    if (is_wanted && matched == sizeof wanted - 1) return 1;
  }
}

int open_maps(struct maps *of) {
  of->length = of->at = 0;
  of->fd = call(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  return !failed(of->fd);
}

void close_maps(struct maps *of) { call(SYS_close, of->fd, 0, 0, 0, 0, 0); }
