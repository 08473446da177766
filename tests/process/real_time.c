/*
 * A command that says the number of each real-time signal, a line for each that was sent, and at last what
 * SIGTERM makes of it: exit 7. It says `up` once it can.
 */
#include <signal.h>
#include <stdio.h>

int main(void) {
  sigset_t all;
  sigfillset(&all);
  sigprocmask(SIG_SETMASK, &all, 0);
  setvbuf(stdout, 0, _IOLBF, 0);
  puts("up");
  for (;;) {
    int signal = sigwaitinfo(&all, 0);
    if (signal == SIGTERM) return 7;
    if (signal >= 34) printf("got %d.\n", signal);
  }
}
