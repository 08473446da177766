/* One run of the sweep: a program is started, signalled at a moment, and waited for. */
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct program {
  bool init;    /* PID 1 of a new pid namespace with a /proc of its own, or an ordinary process */
  bool becomes; /* whether the command takes the program's place, so that it can be asked */
  char **argv;
};

struct run {
  pid_t pid;
  int pidfd, out, err;
  bool blocked_at_zero; /* whether SIGTERM was blocked at time zero */
  bool guarded;         /* whether SIGTERM reached the program itself, and not its command */
  bool ended;           /* or it was killed, when patience had ended */
  int status;           /* of waitpid(2) */
  unsigned leftovers;   /* processes that were alive after its end */
  char said[256], complained[2048]; /* its stdout and stderr */
  size_t said_length, complained_length;
};

/* Sends SIGTERM so many milliseconds after time zero, and waits for the end of all. */
struct run run_once(const struct program *program, long step);

/* Ends the sweep, which cannot be held as it was meant. */
__attribute__((noreturn)) void give_up(const char *what);
