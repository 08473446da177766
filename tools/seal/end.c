/*
 * The last moments before this process becomes the command. What execve(2) does not carry over must
 * not be lost, and the libraries' descriptors are of no use once ld.so has mapped them.
 */
#include "loader.h"

/*
 * A handler that ends the process as the signal would: for PID 1, for whom the kernel drops a signal
 * without a handler. execve itself gives the signal its default effect again.
 */
__attribute__((noreturn)) void end_by_signal(int signal) {
  for (;;) call(SYS_exit_group, 128 + signal, 0, 0, 0, 0, 0);
}

/* Closes what `provide` opened. Returns how many there were. */
long close_libraries(void) {
  volatile const struct config *c = &config;
  for (uint64_t i = 0; i < c->library_count; i++) {
    long fd = 0;
    for (const char *digit = segment_start() + c->libraries[i].digits; *digit != 0; digit++)
      if (*digit != '/') fd = fd * 10 + (*digit - '0');
    call(SYS_close, fd, 0, 0, 0, 0, 0);
  }
  return (long)c->library_count;
}
