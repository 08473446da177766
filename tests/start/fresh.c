/*
 * fresh PROGRAM [ARG...]: executes PROGRAM as container runtimes do, with no signal ignored or blocked
 * and nothing open but stdio. glibc's posix_spawn(3), by which tests start programs, leaves its own
 * signals 32 and 33 ignored, and its sigaction(2) refuses to touch them; a test may have been started
 * with descriptors that are not its own.
 */
#include <signal.h>
#include <sys/syscall.h>
#include <unistd.h>

int main(int argc, char **argv) {
  /* The kernel's struct sigaction: all zero is SIG_DFL on every architecture. */
  static const char by_default[64];
  for (int number = 1; number < NSIG; number++)
    syscall(SYS_rt_sigaction, number, by_default, NULL, 8);
  static const char nothing[8];
  syscall(SYS_rt_sigprocmask, SIG_SETMASK, nothing, NULL, 8);
  syscall(SYS_close_range, 3U, ~0U, 0U);
  if (argc > 1) execvp(argv[1], argv + 1);
  return 127;
}
