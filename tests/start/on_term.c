/*
 * A command that can be asked whether SIGTERM has reached it. It says `up` once it listens; SIGTERM
 * makes it say `got` and exit 7; SIGUSR1, sent after a SIGTERM, finds it still there only if that one
 * was lost, and exit 8 says so.
 */
#include <signal.h>
#include <unistd.h>

static void say(const char *line, size_t length) {
  if (write(1, line, length) < 0) _exit(9);
}

static void on_term(int signal) {
  (void)signal;
  say("got\n", 4);
  _exit(7);
}

static void on_question(int signal) {
  (void)signal;
  _exit(8);
}

int main(void) {
  /* Of two signals that are both pending the kernel enters the higher number's handler last, which so
     runs first. That is SIGTERM's, which the question does not interrupt. */
  struct sigaction action = {.sa_handler = on_question};
  sigaction(SIGUSR1, &action, 0);
  action.sa_handler = on_term;
  sigaddset(&action.sa_mask, SIGUSR1);
  sigaction(SIGTERM, &action, 0);
  say("up\n", 3);
  for (;;) pause();
}
