/* exact VARIABLE... -- FILE ARGUMENT...: executes FILE with exactly these variables, each given in
 * hexadecimal, so that they can hold what no text can. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *decoded(const char *hex) {
  size_t length = strlen(hex) / 2;
  char *text = calloc(length + 1, 1);
  for (size_t i = 0; text != NULL && i < length; i++) {
    const char byte[] = { hex[2 * i], hex[2 * i + 1], 0 };
    text[i] = (char)strtol(byte, NULL, 16);
  }
  return text;
}

int main(int argc, char **argv) {
  char **variables = calloc((size_t)argc + 1, sizeof *variables);
  int at = 1;
  for (; variables != NULL && at < argc && strcmp(argv[at], "--") != 0; at++)
    variables[at - 1] = decoded(argv[at]);
  if (variables == NULL || at + 1 >= argc) return 2;
  execve(argv[at + 1], argv + at + 1, variables);
  perror("exact: execve");
  return 1;
}
