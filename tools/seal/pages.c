/*
 * Gives memory back: what Deno's runtime lays out at every start, the same bytes at the same
 * addresses, is replaced by the same bytes of the executable. All processes share those, and the
 * kernel may drop and read them again at will. A page that is written to later becomes private again.
 *
 * tools/seal/resting_pages.ts finds out which pages are the same at every start and lays them behind
 * the loader. Only pages that are equal in this very process are replaced, so that another kernel or
 * processor, on which they lie elsewhere, costs nothing but what could have been saved.
 */
#include "loader.h"

struct run {
  uint64_t address;
  uint64_t pages;
  uint64_t protection; /* PROT_READ, PROT_WRITE: of mmap(2) */
  uint64_t content; /* offset in this segment */
};

/* Whether a page can be read. The kernel reads the set before it finds that -1 is no way to use it. */
static int is_readable(uintptr_t at) {
  return call(SYS_rt_sigprocmask, -1, (long)at, 0, 8, 0, 0) != -EFAULT;
}

static int is_equal(uintptr_t at, const char *content) {
  const uint64_t *one = (const uint64_t *)at, *other = (const uint64_t *)content;
  for (size_t i = 0; i < SMALL_PAGE / sizeof *one; i++)
    if (one[i] != other[i]) return 0;
  return 1;
}

/*
 * To be called while no other thread uses these pages: V8 is single-threaded here. Nothing happens
 * between the comparison and the replacement, which JavaScript could not promise.
 * Returns how many pages are shared now, or an error.
 */
__attribute__((used)) long share_pages(void) {
  volatile const struct config *c = &config;
  char *segment = segment_start();
  if (c->run_count == 0) return 0;
  long executable = call(SYS_openat, AT_FDCWD, (long)"/proc/self/exe", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (failed(executable)) return executable;
  const struct run *runs = (const struct run *)(segment + c->runs);
  long shared = 0;
  for (uint64_t i = 0; i < c->run_count; i++) {
    for (uint64_t page = 0; page < runs[i].pages;) {
      uint64_t first = page;
      while (page < runs[i].pages) {
        uintptr_t at = runs[i].address + page * SMALL_PAGE;
        if (!is_readable(at) || !is_equal(at, segment + runs[i].content + page * SMALL_PAGE)) break;
        page++;
      }
      if (page > first) {
        long mapped = call(SYS_mmap, (long)(runs[i].address + first * SMALL_PAGE),
                           (long)((page - first) * SMALL_PAGE), (long)runs[i].protection,
                           MAP_PRIVATE | MAP_FIXED, executable,
                           (long)(c->segment_offset + runs[i].content + first * SMALL_PAGE));
        if (!failed(mapped)) shared += (long)(page - first);
      } else {
        page++;
      }
    }
  }
  call(SYS_close, executable, 0, 0, 0, 0, 0);
  return shared;
}
