/*
 * What a handler is needed for that JavaScript cannot be: signals that the kernel would drop for PID 1,
 * the real-time ones, which Deno cannot listen to, those of this process's own limits, which are no news
 * for its command, and errno, which the runtime's own handlers change.
 */
#include "loader.h"

#define SIGXCPU 24
#define SIGXFSZ 25
#define SI_USER 0
#define SI_KERNEL 0x80

#define SA_SIGINFO 0x00000004UL
#define SA_RESTORER 0x04000000UL
#define SA_RESTART 0x10000000UL

/* The kernel's struct sigaction, with SA_RESTORER the same on x86_64 and arm64. */
struct action {
  uintptr_t handler;
  uint64_t flags;
  uintptr_t restorer;
  uint64_t mask;
};

RETURN_FROM_HANDLER;
/* hidden: reached without a table of addresses */
__attribute__((visibility("hidden"))) void return_from_handler(void);

static struct action action_of(int signal) {
  struct action found = { 0 };
  call(SYS_rt_sigaction, signal, 0, (long)&found, sizeof found.mask, 0, 0);
  return found;
}

static int is_ignored(int signal) {
  return action_of(signal).handler == SIG_IGN;
}

uint64_t ignored_signals(void) {
  uint64_t signals = 0;
  for (int signal = 1; signal <= SIGRTMAX; signal++)
    if (is_ignored(signal)) signals |= 1UL << (signal - 1);
  return signals;
}

void ignore(int signal) {
  const struct action action = { .handler = SIG_IGN };
  call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask, 0, 0);
}

static void handle(uint64_t signals, const struct action *action) {
  for (int signal = 1; signal <= SIGRTMAX; signal++)
    if ((signals >> (signal - 1) & 1) != 0 && !is_ignored(signal))
      call(SYS_rt_sigaction, signal, (long)action, 0, sizeof action->mask, 0, 0);
}

/*
 * A handler that ends the process as the signal would: for PID 1, for whom the kernel drops a signal
 * without a handler. execve itself gives the signal its default effect again.
 */
__attribute__((noreturn)) static void end_by_signal(int signal) {
  for (;;) call(SYS_exit_group, 128 + signal, 0, 0, 0, 0, 0);
}

static void handle_in_pid1(uintptr_t handler) {
  if (call(SYS_getpid, 0, 0, 0, 0, 0, 0) != 1) return;
  /* x86_64 delivers nothing without a way back, even where none is taken */
  const struct action action = { .handler = handler, .flags = SA_RESTORER, .restorer = handler };
  handle(config.ending_signals, &action);
}

long let_signals_end_pid1(void) {
  handle_in_pid1((uintptr_t)end_by_signal);
  return 0;
}

void drop_signals_for_pid1(void) {
  handle_in_pid1(SIG_DFL);
}

/*
 * Keeps a real-time signal, blocked, for the first thread, which takes it by rt_sigtimedwait(2) and lets
 * it through again (lib/process/real_time.ts), and wakes that thread's event loop by SIGCHLD. The mask is
 * changed where sigreturn finds it: of another thread too, so that none is given the same one for ever.
 */
static void keep(int signal, void *information, char *context) {
  (void)information;
  long process = call(SYS_getpid, 0, 0, 0, 0, 0, 0);
  *(uint64_t *)(context + MASK_IN_CONTEXT) |= 1UL << (signal - 1);
  /* where the queue of the user's signals is full (RLIMIT_SIGPENDING), only kill(2) is not refused */
  if (failed(call(SYS_tgkill, process, process, signal, 0, 0, 0)))
    call(SYS_kill, process, signal, 0, 0, 0, 0);
  call(SYS_kill, process, SIGCHLD, 0, 0, 0, 0);
}

long keep_real_time_signals(void) {
  const struct action action = {
    .handler = (uintptr_t)keep,
    .flags = SA_SIGINFO | SA_RESTART | SA_RESTORER,
    .restorer = (uintptr_t)return_from_handler,
  };
  handle(REAL_TIME, &action);
  return 0;
}

long forget_real_time_signals(void) {
  const struct action action = { .handler = SIG_DFL };
  handle(REAL_TIME, &action);
  return 0;
}

/* The head of siginfo_t. */
struct information {
  int signal, error, code;
  int padding, sender;
};

typedef void handler_with_context(int signal, const struct information *information, void *context);

/* Lies among the names: the loader has no other memory of its own that can be written. */
struct runtime_handler {
  handler_with_context *handle;
  int *(*errno_location)(void);
};
_Static_assert(sizeof(struct runtime_handler) == 16, "seal.ts makes room for it");

static struct runtime_handler *runtime_handler(void) {
  return (struct runtime_handler *)(segment_start() + config.runtime_handler);
}

/*
 * Whether it says that a file has grown too large under this process's own writes, or that this process has
 * used too much of the processor (setrlimit(2)): nobody has sent it, and the command has limits of its own.
 */
static int is_of_own_limit(int signal, const struct information *information) {
  if (signal == SIGXCPU) return information->code == SI_KERNEL;
  return signal == SIGXFSZ && information->code == SI_USER &&
         information->sender == call(SYS_getpid, 0, 0, 0, 0, 0, 0);
}

static void handle_keeping_errno(int signal, const struct information *information, void *context) {
  if (is_of_own_limit(signal, information)) return;
  const struct runtime_handler *of = runtime_handler();
  int *error = of->errno_location(), before = *error;
  of->handle(signal, information, context);
  *error = before;
}

/*
 * The runtime has one handler for all that it listens to, which writes into a pipe. When that is full, as
 * in a storm of signals that nobody has had time to read, it leaves EAGAIN in errno; between a system call
 * that failed with EINTR and the look at its errno that reads as another failure, and the runtime gives
 * up. POSIX has such a handler restore errno (signal-safety(7)): this one does it for it.
 */
long keep_errno_in_handlers(uintptr_t errno_location) {
  const struct action runtime = action_of(SIGCHLD);
  if ((runtime.flags & SA_SIGINFO) == 0 || runtime.handler == (uintptr_t)handle_keeping_errno) return 0;
  long names = (long)(segment_start() + config.names), size = (long)config.names_size;
  long result = call(SYS_mprotect, names, size, PROT_READ | PROT_WRITE, 0, 0, 0);
  if (failed(result)) return result;
  *runtime_handler() = (struct runtime_handler){
    .handle = (handler_with_context *)runtime.handler,
    .errno_location = (int *(*)(void))errno_location,
  };
  call(SYS_mprotect, names, size, PROT_READ, 0, 0, 0);
  for (int signal = 1; signal <= SIGRTMAX; signal++) {
    struct action action = action_of(signal);
    if (action.handler != runtime.handler) continue;
    action.handler = (uintptr_t)handle_keeping_errno;
    call(SYS_rt_sigaction, signal, (long)&action, 0, sizeof action.mask, 0, 0);
  }
  return 0;
}
