/*
 * bare argv|env PROGRAM [ARG...]: executes PROGRAM as no shell can: with no argument at all, its own
 * name included, or with no environment (a NULL that execve(2) allows on Linux).
 */
#include <string.h>
#include <unistd.h>

extern char **environ;

int main(int argc, char **argv) {
  if (argc < 3) return 2;
  char *nothing[] = {NULL};
  if (strcmp(argv[1], "argv") == 0) execve(argv[2], nothing, environ);
  else execve(argv[2], argv + 2, NULL);
  return 126;
}
