/*
 * Runs a program, and writes, by the kernel's monotonic clock in nanoseconds, when it was executed (X,
 * with its number) and when its end was known (W, with the processor's time that it has had, in
 * microseconds).
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void say(char what, long number) {
  char line[64];
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  int length =
      snprintf(line, sizeof line, "%c %lld %ld\n", what, now.tv_sec * 1000000000LL + now.tv_nsec, number);
  if (write(STDOUT_FILENO, line, (size_t)length) != length) _exit(1);
}

int main(int argc, char **argv) {
  int status;
  if (argc < 2) return 2;
  pid_t pid = fork();
  if (pid == 0) {
    say('X', getpid());
    execv(argv[1], argv + 1);
    _exit(127);
  }
  if (pid < 0 || waitpid(pid, &status, 0) != pid) return 1;
  struct rusage used;
  getrusage(RUSAGE_CHILDREN, &used);
  say('W', (used.ru_utime.tv_sec + used.ru_stime.tv_sec) * 1000000L + used.ru_utime.tv_usec + used.ru_stime.tv_usec);
  return 0;
}
