/*
 * Gives back what V8 keeps of its young objects' garbage. V8 copies those that are alive from one half of
 * their room to the other, and leaves what it copied from as it is until it copies back, up to a megabyte:
 * all of that is written before it is read again.
 * https://github.com/v8/v8/blob/14.5.201/src/heap/new-spaces.h
 */
#include "maps.h"

/* Of V8: a piece of its heap, and what its flags are but for one that tells of an age. */
#define V8_PAGE 0x40000UL
#define BELOW_AGE_MARK (1UL << 9)
/* Where in a piece's metadata stand its address, its size, its end and the first place for an object. */
enum { CHUNK = 1, SIZE = 2, AREA_END = 7, AREA_START = 9, METADATA_WORDS = 10 };

/* Whether it is a piece that V8 has copied from: its own words about it agree with where it lies. */
static int is_left(uintptr_t piece, uint64_t flags) {
  const uint64_t *words = (const uint64_t *)piece;
  if (!is_readable(piece) || (words[0] & ~BELOW_AGE_MARK) != flags) return 0;
  uintptr_t at = words[1];
  if (at % sizeof(uint64_t) != 0 || !is_readable(at) || !is_readable(at + (METADATA_WORDS - 1) * sizeof(uint64_t))) return 0;
  const uint64_t *metadata = (const uint64_t *)at;
  return metadata[CHUNK] == piece && metadata[SIZE] == V8_PAGE && metadata[AREA_END] == piece + V8_PAGE &&
         metadata[AREA_START] > piece && metadata[AREA_START] < piece + PAGE;
}

/* Returns 0. */
__attribute__((used)) long drop_from_space(void) {
  volatile const struct config *c = &config;
  struct maps maps;
  if (c->from_space == 0 || !open_maps(&maps)) return 0;
  for (struct mapping at; next_anonymous(&maps, &at);) {
    for (uintptr_t piece = at.from & -V8_PAGE; piece < at.to; piece += V8_PAGE) {
      if (!is_left(piece, c->from_space)) continue;
      /* the first page has the words about it */
      uintptr_t from = piece + PAGE > at.from ? piece + PAGE : at.from;
      uintptr_t to = piece + V8_PAGE < at.to ? piece + V8_PAGE : at.to;
      if (from < to) advise(from, to - from, MADV_DONTNEED);
    }
  }
  close_maps(&maps);
  return 0;
}
