/* maps.c: this process's anonymous memory, mapping by mapping. */
#pragma once
#include "loader.h"

struct maps {
  long fd, length, at;
  char bytes[4096];
};

struct mapping {
  uintptr_t from, to;
};

#pragma GCC visibility push(hidden)

/* Whether they can be read. */
int open_maps(struct maps *of);
/* The next mapping that may be read and written, is private and of no file; 0 behind the last. */
int next_anonymous(struct maps *of, struct mapping *found);
void close_maps(struct maps *of);

#pragma GCC visibility pop
