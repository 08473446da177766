/* Prints its variables in hexadecimal, one a line, and ends with 7. */
#include <stdio.h>

extern char **environ;

int main(void) {
  for (char **variable = environ; *variable != NULL; variable++) {
    for (const char *byte = *variable; *byte != 0; byte++) printf("%02x", (unsigned char)*byte);
    putchar('\n');
  }
  return 7;
}
