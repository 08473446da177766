/*
 * What `deno compile` appended, in memory. Deno reads the whole of it at each start into one piece of
 * malloc's and keeps it, since V8 compiles the functions of the modules out of it when they are called.
 * Nobody writes to it. The seal lays it into the file so that its pages are those of that piece: then a
 * supervisor that waits has them of the file, as those of pages.c.
 */
#include "loader.h"
#include "maps.h"

/* malloc's own two words before what it gives: seal.ts leaves as much room before the payload */
#define HEADER 16

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
static long find(struct maps *maps, const char *content, size_t size, long file, uint64_t offset) {
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
  struct maps maps;
  long shared = 0;
  if (open_maps(&maps)) {
    shared = find(&maps, (const char *)content, size, executable, offset);
    close_maps(&maps);
  }
  call(SYS_munmap, content, (long)size, 0, 0, 0, 0);
  return shared;
}
