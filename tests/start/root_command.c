/* A command that becomes root where it is set-user-ID: whoever started it may not signal it any more. */
#define _GNU_SOURCE
#include <stdio.h>
#include <unistd.h>

int main(void) {
  if (setresuid(0, 0, 0) != 0) return 1;
  puts("up");
  fflush(stdout);
  for (;;) pause();
}
