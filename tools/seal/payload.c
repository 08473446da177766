/*
 * What `deno compile` appended, in memory. Deno reads the whole of it at each start into one piece of
 * malloc's and keeps it, since V8 compiles the functions of the modules out of it when they are called.
 * Nobody writes to it. The seal lays it into the file so that its pages are those of that piece: then a
 * supervisor that waits has them of the file, as those of pages.c.
 */
#include "loader.h"

/* malloc's own two words before what it gives: seal.ts leaves as much room before the payload */
#define HEADER 16

struct reader {
  long fd, length, at;
  char bytes[512];
};

static int next(struct reader *of) {
  if (of->at == of->length) {
    of->length = call(SYS_read, of->fd, (long)of->bytes, sizeof of->bytes, 0, 0, 0);
    of->at = 0;
    if (of->length <= 0) return -1;
  }
  return (unsigned char)of->bytes[of->at++];
}

/* A number in hexadecimal, and the character behind it is gone. */
static uintptr_t number(struct reader *of) {
  uintptr_t value = 0;
  for (int c; (c = next(of)) > ' ' && c != '-';)
    value = value << 4 | (uintptr_t)(c <= '9' ? c - '0' : c - 'a' + 10);
  return value;
}

struct mapping {
  uintptr_t from, to;
};

/* The next mapping that may be read and written, is private and of no file (proc_pid_maps(5)). */
static int next_anonymous(struct reader *of, struct mapping *found) {
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

/* Replaces the pages of a piece by those of the file, but the first and the last, which hold more. */
static long replace(char *piece, const char *content, size_t size, long file, uint64_t offset) {
  size_t end = SMALL_PAGE;
  while (end + SMALL_PAGE <= size && are_equal_pages(piece + end, content + end)) end += SMALL_PAGE;
  if (end == SMALL_PAGE) return 0;
  long mapped = call(SYS_mmap, (long)(piece + SMALL_PAGE), (long)(end - SMALL_PAGE), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_FIXED, file, (long)(offset + SMALL_PAGE));
  if (failed(mapped)) return 0;
  advise((uintptr_t)mapped, end - SMALL_PAGE, MADV_RANDOM);
  return (long)(end / SMALL_PAGE - 1);
}

/* Looks for the piece in the mappings that have room for it, and returns how many pages are shared. */
static long find(struct reader *maps, const char *content, size_t size, long file, uint64_t offset) {
  const uint64_t beginning = *(const uint64_t *)(content + HEADER);
  for (struct mapping at; next_anonymous(maps, &at);) {
    /* a stack of a thread is larger, and is not to be touched from end to end */
    if (at.to - at.from < size - SMALL_PAGE || at.to - at.from > 2 * size) continue;
    for (uintptr_t piece = at.from; piece + size - SMALL_PAGE <= at.to; piece += SMALL_PAGE) {
      if (*(const uint64_t *)(piece + HEADER) != beginning) continue;
      long shared = replace((char *)piece, content, size, file, offset);
      if (shared > 0) return shared;
    }
  }
  return 0;
}

/* To be called by share_pages, with the executable. Returns how many pages are shared now. */
long share_payload(long executable) {
  volatile const struct config *c = &config;
  uint64_t offset = c->payload - HEADER;
  long end = call(SYS_lseek, executable, 0, SEEK_END, 0, 0, 0);
  if (failed(end) || (uint64_t)end < offset + 2 * SMALL_PAGE) return 0;
  size_t size = ((size_t)end - offset) & -SMALL_PAGE; /* whole pages of the file */
  long content = call(SYS_mmap, 0, (long)size, PROT_READ, MAP_PRIVATE, executable, (long)offset);
  if (failed(content)) return 0;
  struct reader maps = { .fd = call(SYS_openat, AT_FDCWD, (long)"/proc/self/maps", O_RDONLY | O_CLOEXEC, 0, 0, 0) };
  long shared = 0;
  if (!failed(maps.fd)) {
    shared = find(&maps, (const char *)content, size, executable, offset);
    call(SYS_close, maps.fd, 0, 0, 0, 0, 0);
  }
  call(SYS_munmap, content, (long)size, 0, 0, 0, 0);
  return shared;
}
