/*
 * The shortest way to the command: where nothing is asked of koordinator, the loader becomes the
 * command, before there is a runtime. It decides nothing that could be decided otherwise: whatever is
 * out of the ordinary, a command that cannot be executed included, is left to the program.
 */
#include "loader.h"

#define SA_RESTORER 0x04000000UL

/* The kernel's struct sigaction, with SA_RESTORER the same on x86_64 and arm64. */
struct action {
  uintptr_t handler;
  uint64_t flags;
  uintptr_t restorer;
  uint64_t mask;
};

/* Whether a variable's name has this part in it. */
static int names(const char *variable, const char *part) {
  for (; *variable != 0 && *variable != '='; variable++) {
    size_t same = 0;
    while (part[same] != 0 && variable[same] == part[same]) same++;
    if (part[same] == 0) return 1;
  }
  return 0;
}

/* Whether a variable is koordinator's, or may be one that is misspelt: RESEMBLING of lib/environment.ts. */
static int is_configured(uintptr_t *environment) {
  for (; *environment != 0; environment++) {
    const char *variable = (const char *)*environment;
    if (names(variable, "KOO") || names(variable, "RDI") || names(variable, "NATOR")) return 1;
  }
  return 0;
}

/* A path: a word is searched for, or is a subcommand. */
static int is_path(const char *word) {
  if (*word == '-') return 0;
  while (*word != 0 && *word != '/') word++;
  return *word == '/';
}

int is_ignored(int signal) {
  struct action found = { 0 };
  call(SYS_rt_sigaction, signal, 0, (long)&found, sizeof found.mask, 0, 0);
  return found.handler == SIG_IGN;
}

/* Lets signals end PID 1 until it is the command: letSignalsEndPid1 of lib/process/sealed.ts. Or takes
 * that back: nothing has a handler right after exec. */
static void handle_in_pid1(uint64_t signals, uintptr_t handler) {
  if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != 1) return;
  struct action action = { .handler = handler, .flags = SA_RESTORER, .restorer = handler };
  for (int signal = 1; signal < 32; signal++)
    if ((signals >> (signal - 1) & 1) != 0 && !is_ignored(signal))
      call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask, 0, 0);
}

/*
 * A supervisor starts itself by this name, with a file to execute and its arguments, for a command that
 * is to find SIGCHLD ignored: posix_spawn(3) cannot ignore, and a supervisor that ignored it for a
 * moment could lose the end of a child. See lib/process/launch.ts.
 */
static const char ignoring_sigchld[] = "koordinator: with SIGCHLD ignored";

static int same(const char *one, const char *other) {
  while (*one != 0 && *one == *other) one++, other++;
  return *one == *other;
}

/* Does that, and returns if the name is another one. */
void become_ignoring_sigchld(uintptr_t *stack, uintptr_t *environment, uint64_t mask) {
  char **argv = (char **)(stack + 1);
  if (stack[0] < 3 || !same(argv[0], ignoring_sigchld)) return;
  struct action action = { .handler = SIG_IGN };
  call(SYS_rt_sigaction, SIGCHLD, (long)&action, 0, sizeof action.mask, 0, 0);
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
  long error = call(SYS_execve, (long)argv[1], (long)(argv + 2), (long)environment, 0, 0, 0);
  give_up(error == -ENOENT ? 127 : 126, "execve",
          "check the command, its interpreter and the image that the container runs");
}

/*
 * Becomes the command by execve(2), with the mask that was before the loader's. Returns if that is
 * not for the loader to do, or cannot be done.
 */
void become(uintptr_t *stack, uintptr_t *environment, uint64_t mask) {
  volatile const struct config *c = &config;
  char **argv = (char **)(stack + 2);
  if (stack[0] > 2 && argv[0][0] == '-' && argv[0][1] == '-' && argv[0][2] == 0) argv++;
  if (stack[0] < 2 || !is_path(argv[0]) || is_configured(environment)) return;
  uint64_t blocked = c->blocked_signals, pending = 0;
  call(SYS_rt_sigpending, (long)&pending, sizeof pending, 0, 0, 0, 0);
  if ((pending & blocked) != 0) return;
  handle_in_pid1(c->ending_signals, (uintptr_t)end_by_signal);
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
  call(SYS_execve, (long)argv[0], (long)argv, (long)environment, 0, 0, 0);
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&blocked, 0, sizeof blocked, 0, 0);
  handle_in_pid1(c->ending_signals, SIG_DFL);
}
