/*
 * What stands for a command in front of which nothing is asked, and where it is looked for: as main.ts
 * and lib/process/search.ts find it.
 */
#include "loader.h"

/* SUBCOMMANDS and RESERVED of main.ts. */
static const char own_words[] =
    "check\0copy\0graph\0help\0inject\0policy\0probe\0schema\0simulate\0status\0version\0";

static int is_own_word(const char *word) {
  for (const char *own = own_words; *own != 0; own += length_of(own) + 1)
    if (equal(own, word)) return 1;
  return 0;
}

/* The command and its arguments, or NULL where there is none, or something for the program to say. */
char **command_of(size_t argc, char **argv) {
  if (argc < 2) return NULL;
  if (equal(argv[1], "--")) return argc > 2 ? argv + 2 : NULL;
  return *argv[1] == '-' || is_own_word(argv[1]) ? NULL : argv + 1;
}

/* A name with a slash is one; others, the empty one too, are searched for. */
int is_path(const char *word) {
  while (*word != 0 && *word != '/') word++;
  return *word == '/';
}

/*
 * Writes to `room`, which has PATH_MAX bytes, where a word is in the first folder of `path`: the empty
 * name, which no file has, if that is too long. Returns what is left of `path`, NULL if that was the last.
 */
const char *write_candidate(char *room, const char *path, const char *word) {
  size_t folder = 0;
  while (path[folder] != 0 && path[folder] != ':') folder++;
  const char *name = folder == 0 ? "." : path, *rest = path[folder] == ':' ? path + folder + 1 : NULL;
  size_t before = folder == 0 ? 1 : folder, length = length_of(word);
  *room = 0;
  if (*word == 0 || before + 1 + length >= PATH_MAX) return rest;
  copy(room, name, before);
  room[before] = '/';
  copy(room + before + 1, word, length + 1);
  return rest;
}
