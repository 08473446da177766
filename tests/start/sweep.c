/*
 * sweep PLACE COMMAND REPEATS LAST MICROSECONDS PROGRAM [ARG...]: sends SIGTERM to PROGRAM when it has used
 * 0, 1, ... LAST times so many MICROSECONDS of the processor since its first system call, REPEATS times each,
 * and prints how the runs of each step ended, a JSON object a line. What went wrong in one run stands on
 * stderr.
 *
 * sweep measure PROGRAM [ARG...]: prints how many microseconds PROGRAM has used when its command is up.
 *
 * PLACE is `process`, or `init`: PID 1 of a new pid namespace, signalled from the parent namespace as
 * the kubelet's runtime does. The command of PROGRAM is on_term.c: COMMAND is `becomes` where it takes
 * PROGRAM's place, else `child`.
 */
#define _GNU_SOURCE
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sweep_run.h"

/* So many lost runs tell all there is to know, and each may cost the whole patience. */
#define ENOUGH_LOST 3

/* The codes of on_term.c, and koordinator's own. */
#define EXIT_GOT 7
#define EXIT_NOT_GOT 8
#define EXIT_TERMINATED 143

struct outcomes {
  unsigned ended;  /* with 143 */
  unsigned killed; /* of these: by the kernel, since nothing blocked or handled it */
  unsigned got;    /* by the command */
  unsigned window; /* dropped by the kernel while PROGRAM became the command, or was it already */
  unsigned lost;
  unsigned faults; /* all else */
};

struct moments {
  long repeats, last, microseconds;
};

void give_up(const char *what) {
  perror(what);
  exit(2);
}

static void tell(long microseconds, const struct run *run, const char *what) {
  fprintf(stderr, "after %ld us: %s; wait status %#x, stdout: %s, stderr: %s\n", microseconds, what,
          (unsigned)run->status, run->said, run->complained);
}

static void lose(struct outcomes *outcomes, long microseconds, const struct run *run, const char *what) {
  outcomes->lost++;
  tell(microseconds, run, what);
}

static void fault(struct outcomes *outcomes, long microseconds, const struct run *run, const char *what) {
  outcomes->faults++;
  tell(microseconds, run, what);
}

static void judge(struct outcomes *outcomes, long microseconds, const struct run *run) {
  bool up = strstr(run->said, "up\n") != NULL, got = strstr(run->said, "got\n") != NULL;
  int code = WIFEXITED(run->status) ? WEXITSTATUS(run->status) : -1;
  bool killed = WIFSIGNALED(run->status) && WTERMSIG(run->status) == SIGTERM;
  if (!run->ended) {
    lose(outcomes, microseconds, run, "it has not ended");
  } else if (code == EXIT_TERMINATED || killed) {
    /* A command that was not up yet may have died of its SIGTERM. */
    if (up) fault(outcomes, microseconds, run, "a command that listens did not get its SIGTERM");
    outcomes->ended++;
    outcomes->killed += killed;
  } else if (code == EXIT_GOT && got) {
    outcomes->got++;
  } else if (code == EXIT_NOT_GOT && run->guarded) {
    lose(outcomes, microseconds, run, "the command did not get its SIGTERM");
  } else if (code == EXIT_NOT_GOT) {
    outcomes->window++;
  } else {
    fault(outcomes, microseconds, run, "another end");
  }
  if (run->leftovers > 0) fault(outcomes, microseconds, run, "something was left behind");
}

/* Every WORKERS-th step. */
static void sweep(const struct program *program, const struct moments *moments, long worker,
                  long workers) {
  /* What a run leaves behind becomes a child of this process, which so can see it. */
  if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L)) give_up("prctl");
  unsigned lost = 0;
  for (long step = worker; step <= moments->last && lost < ENOUGH_LOST; step += workers) {
    struct outcomes outcomes = {0};
    for (long i = 0; i < moments->repeats && lost + outcomes.lost < ENOUGH_LOST; i++) {
      long microseconds = step * moments->microseconds;
      struct run run = run_once(program, microseconds);
      judge(&outcomes, microseconds, &run);
    }
    lost += outcomes.lost;
    printf("{\"step\":%ld,\"ended\":%u,\"killed\":%u,\"got\":%u,\"window\":%u,\"lost\":%u,\"faults\":%u}\n",
           step, outcomes.ended, outcomes.killed, outcomes.got, outcomes.window, outcomes.lost,
           outcomes.faults);
    fflush(stdout);
  }
}

int main(int argc, char **argv) {
  if (argc > 2 && strcmp(argv[1], "measure") == 0) {
    const struct program measured = { .argv = argv + 2 };
    printf("%ld\n", used_until_up(&measured));
    return 0;
  }
  if (argc < 7) {
    fputs("sweep process|init becomes|child REPEATS LAST MICROSECONDS PROGRAM [ARG...]\n"
          "sweep measure PROGRAM [ARG...]\n", stderr);
    return 2;
  }
  struct program program = {
    .init = strcmp(argv[1], "init") == 0,
    .becomes = strcmp(argv[2], "becomes") == 0,
    .argv = argv + 6,
  };
  struct moments moments = { atol(argv[3]), atol(argv[4]), atol(argv[5]) };
  cpu_set_t set;
  if (sched_getaffinity(0, sizeof set, &set)) give_up("sched_getaffinity");
  /* One more than processors, since runs also wait: it is the program's own time that counts. */
  long workers = CPU_COUNT(&set) + 1;
  for (long worker = 0; worker < workers; worker++) {
    pid_t pid = fork();
    if (pid < 0) give_up("fork");
    if (pid > 0) continue;
    sweep(&program, &moments, worker, workers);
    return 0;
  }
  int failed = 0, status;
  while (wait(&status) > 0) failed |= status != 0;
  return failed ? 2 : 0;
}
