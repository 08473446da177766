/*
 * The shortest way to the command: where nothing is asked of koordinator, or it is switched off, the
 * loader becomes the command, before there is a runtime. It decides nothing that could be decided
 * otherwise: whatever is out of the ordinary, a command that cannot be executed included, is left to the
 * program.
 */
#include "loader.h"

/*
 * A supervisor starts itself by this name, with a file to execute and its arguments, for a command that
 * is to find SIGCHLD ignored: posix_spawn(3) cannot ignore, and a supervisor that ignored it for a
 * moment could lose the end of a child. See lib/process/launch.ts.
 */
static const char ignoring_sigchld[] = "koordinator: with SIGCHLD ignored";

/* Does that, and returns if the name is another one. */
void exec_ignoring_sigchld(uintptr_t *stack, uintptr_t *environment, uint64_t mask) {
  char **argv = (char **)(stack + 1);
  if (stack[0] < 3 || !equal(argv[0], ignoring_sigchld)) return;
  ignore(SIGCHLD);
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
  long error = call(SYS_execve, (long)argv[1], (long)(argv + 2), (long)environment, 0, 0, 0);
  die(error == -ENOENT ? 127 : 126, "execve",
          "check the command, its interpreter and the image that the container runs");
}

/* The file to execute, which may be written to `room`, or NULL. */
static const char *find_command(char *room, const char *word, uintptr_t *environment) {
  if (is_path(word)) return word;
  const char *path = variable(environment, "PATH");
  struct statx status;
  while (path != NULL) {
    path = write_candidate(room, path, word);
    /* not access(2), which asks for who has started this process, and not for whom it is executed */
    if (!failed(call(SYS_statx, AT_FDCWD, (long)room, 0, 0, (long)&status, 0))) return room;
  }
  return NULL;
}

/*
 * Becomes the command by execve(2), with the mask that was before the loader's. Returns if that is
 * not for the loader to do, or cannot be done.
 */
void hand_over(uintptr_t *stack, uintptr_t *environment, uint64_t mask) {
  volatile const struct config *c = &config;
  char **argv = command_of((size_t)stack[0], (char **)(stack + 1));
  if (argv == NULL || (is_configured(environment) && !is_switched_off(environment))) return;
  char room[PATH_MAX];
  const char *file = find_command(room, argv[0], environment);
  if (file == NULL) return;
  uint64_t blocked = c->blocked_signals, pending = 0;
  call(SYS_rt_sigpending, (long)&pending, sizeof pending, 0, 0, 0, 0);
  if ((pending & blocked) != 0) return;
  let_signals_end_pid1();
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, sizeof mask, 0, 0);
  call(SYS_execve, (long)file, (long)argv, (long)environment, 0, 0, 0);
  call(SYS_rt_sigprocmask, SIG_BLOCK, (long)&blocked, 0, sizeof blocked, 0, 0);
  drop_signals_for_pid1();
}
