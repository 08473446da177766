/* stalled KIND COMMAND...: runs COMMAND with a stderr (a pipe, a socket, a pty) that is full and that
 * nobody reads, until a byte comes on standard input; what is then read goes to our own stderr, which
 * begins with COMMAND's pid and ends with whether its stderr still blocks. Ends as COMMAND does. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void fail(const char *what) {
  perror(what);
  exit(99);
}

/* Both ends: what is read from, and what COMMAND writes to. */
static void open_pair(const char *kind, int ends[2]) {
  if (strcmp(kind, "socket") == 0) {
    if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends) != 0) fail("socketpair");
  } else if (strcmp(kind, "pty") == 0) {
    struct termios raw;
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
    if (ends[0] < 0 || grantpt(ends[0]) != 0 || unlockpt(ends[0]) != 0) fail("pty");
    ends[1] = open(ptsname(ends[0]), O_RDWR | O_NOCTTY);
    if (ends[1] < 0 || tcgetattr(ends[1], &raw) != 0) fail("pts");
    cfmakeraw(&raw);
    tcsetattr(ends[1], TCSANOW, &raw);
  } else if (pipe(ends) != 0) {
    fail("pipe");
  }
}

static void fill(int file) {
  static const char line[] = "what was there before\n";
  int flags = fcntl(file, F_GETFL);
  fcntl(file, F_SETFL, flags | O_NONBLOCK);
  while (write(file, line, sizeof line - 1) > 0) {}
  while (write(file, "\n", 1) > 0) {}
  fcntl(file, F_SETFL, flags);
}

int main(int argc, char **argv) {
  int ends[2], status = 0, reading = 0, running = 1;
  char bytes[65536];
  if (argc < 3) return 99;
  open_pair(argv[1], ends);
  fill(ends[1]);
  pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], 2);
    close(ends[0]);
    close(ends[1]);
    int nothing = open("/dev/null", O_RDONLY);
    dup2(nothing, 0);
    execvp(argv[2], argv + 2);
    _exit(98);
  }
  fprintf(stderr, "pid %d\n", pid);
  while (running) {
    struct pollfd asked[2] = {{reading ? -1 : 0, POLLIN, 0}, {reading ? ends[0] : -1, POLLIN, 0}};
    running = waitpid(pid, &status, WNOHANG) == 0;
    poll(asked, 2, running ? 20 : 0);
    if (asked[0].revents != 0) reading = 1;
    for (int more = 1; reading && more; ) {
      struct pollfd left = {ends[0], POLLIN, 0};
      ssize_t length;
      more = poll(&left, 1, 0) > 0 && (left.revents & POLLIN) != 0;
      if (more && (length = read(ends[0], bytes, sizeof bytes)) > 0) write(2, bytes, length);
    }
  }
  fprintf(stderr, "\n%s\n", fcntl(ends[1], F_GETFL) & O_NONBLOCK ? "blocks no more" : "blocks");
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
