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
  long used_at_zero;    /* of the processor, in microseconds */
  bool guarded;         /* whether SIGTERM reached the program itself, and not its command */
  bool ended;           /* or it was killed, when patience had ended */
  int status;           /* of waitpid(2) */
  unsigned leftovers;   /* processes that were alive after its end */
  char said[256], complained[2048]; /* its stdout and stderr */
  size_t said_length, complained_length;
};

/*
 * Sends SIGTERM when the program has used so many microseconds of the processor since time zero, or has come
 * to rest before, and waits for the end of all.
 */
struct run run_once(const struct program *program, long microseconds);

/* What the program has used of the processor since time zero when its command says that it is up, in us. */
long used_until_up(const struct program *program);

/* Ends the sweep, which cannot be held as it was meant. */
__attribute__((noreturn)) void give_up(const char *what);
