/*
 * The command of the micro figures. Writes, by the kernel's monotonic clock in nanoseconds, when its
 * first instruction ran (S), when SIGTERM came (T) and its last moment (E).
 *
 *   probe end    ends at once
 *   probe stay   ends when SIGTERM comes
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void say(char what) {
  char line[64];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int length = snprintf(line, sizeof line, "%c %lld\n", what, now.tv_sec * 1000000000LL + now.tv_nsec);
  if (write(STDOUT_FILENO, line, (size_t)length) != length) _exit(1);
}

static void stop(int signal) {
  (void)signal;
  say('T');
  say('E');
  _exit(0);
}

int main(int argc, char **argv) {
  say('S');
  if (argc < 2 || strcmp(argv[1], "stay") != 0) {
    say('E');
    _exit(0);
  }
  struct sigaction action = {.sa_handler = stop};
  sigaction(SIGTERM, &action, NULL);
  for (;;) pause();
}
