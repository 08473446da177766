/*
 * How the executable is read where the kernel does not have it yet. A start uses a fifth of it, here
 * and there. The kernel's guess is to read on around each page that is missing, up to the read-ahead of
 * the device; where memory is limited, that drives out what was read before, and with a large read-ahead
 * a start never ends. So the kernel is told not to guess, and told what will be used.
 */
#include "loader.h"

/*
 * Since Linux 6.16 code is read ahead whatever was advised, from the missing page to the end of its
 * mapping at the most. So code is many mappings, which differ in what is of no consequence: whether
 * they would be in a core dump, where unchanged pages of a file are not anyway (core(5)).
 */
#define PIECE (128UL << 10)

struct range {
  uint64_t address, size;
};

void advise(uintptr_t from, size_t size, long advice) {
  uintptr_t start = from & -PAGE;
  call(SYS_madvise, (long)start, (long)(from + size - start), advice, 0, 0, 0);
}

void read_in_order(const Elf64_Phdr *program, size_t count) {
  volatile const struct config *c = &config;
  for (const Elf64_Phdr *part = program; part < program + count; part++) {
    if (part->p_type != PT_LOAD) continue;
    uintptr_t end = part->p_vaddr + part->p_filesz;
    advise(part->p_vaddr, part->p_filesz, MADV_RANDOM);
    if ((part->p_flags & PF_X) == 0) continue;
    for (uintptr_t piece = (part->p_vaddr + PIECE) & -PIECE; piece < end; piece += 2 * PIECE)
      advise(piece, piece + PIECE < end ? PIECE : end - piece, MADV_DONTDUMP);
  }
  const struct range *range = (const struct range *)(segment_start() + c->ranges);
  for (const struct range *end = range + c->range_count; range < end; range++)
    /* the kernel takes no more at once than the device reads ahead, or takes in one request */
    for (uint64_t done = 0; done < range->size; done += PIECE)
      advise(range->address + done, range->size - done < PIECE ? range->size - done : PIECE, MADV_WILLNEED);
}
