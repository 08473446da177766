/*
 * The last moments before this process becomes the command. What execve(2) does not carry over must
 * not be lost, and the libraries' descriptors are of no use once ld.so has mapped them.
 */
#include "loader.h"

/* link.h: what ld.so tells debuggers, in the entry DT_DEBUG of the program's dynamic section. */
struct link_map {
  uintptr_t address;
  char *name;
  Elf64_Dyn *dynamic;
  struct link_map *next, *previous;
};
struct r_debug {
  int version;
  struct link_map *map;
};

/*
 * ld.so knows the libraries by the descriptors under /proc/self. Whoever opens these names, a debugger
 * in a process of its own or Rust for a backtrace, would find another file there, and wait for ever if
 * that is a pipe: now they lead nowhere.
 */
static void hide_names(const Elf64_Dyn *entry) {
  static const char folder[] = "/proc/self/fd/", nowhere[] = "/proc/-/";
  while (entry->d_tag != DT_NULL && entry->d_tag != DT_DEBUG) entry++;
  if (entry->d_tag == DT_NULL || entry->d_un.d_ptr == 0) return;
  const struct r_debug *debug = (const struct r_debug *)entry->d_un.d_ptr;
  for (struct link_map *map = debug->map; map != NULL; map = map->next) {
    size_t matched = 0;
    while (map->name[matched] == folder[matched] && folder[matched] != 0) matched++;
    if (folder[matched] == 0) copy(map->name, nowhere, sizeof nowhere - 1);
  }
}

/* Closes what `provide` opened. Returns how many there were. */
long close_libraries(void) {
  volatile const struct config *c = &config;
  hide_names((const Elf64_Dyn *)(segment_start() - c->segment_address + c->dynamic));
  for (uint64_t i = 0; i < c->library_count; i++) {
    long fd = 0;
    for (const char *digit = segment_start() + c->libraries[i].digits; *digit != 0; digit++)
      if (*digit != '/') fd = fd * 10 + (*digit - '0');
    call(SYS_close, fd, 0, 0, 0, 0, 0);
  }
  return (long)c->library_count;
}
