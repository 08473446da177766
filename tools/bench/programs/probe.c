/*
 * Stands in for the two programs of a Job, and tells when what happened to it: "probe EVENT
 * MICROSECONDS" on standard output, by the real-time clock that all containers of a node share.
 *
 *   probe serve PORT READY_MS   answers any HTTP request from READY_MS on, ends at SIGTERM
 *   probe work MS               works so long, ends
 *   probe hold STOP_MS          holds until SIGTERM, takes so long to end
 */
#define _GNU_SOURCE
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static volatile sig_atomic_t terminated;
static struct timespec terminated_at;

static void tell_at(const char *event, struct timespec at) {
  char line[96];
  int length = snprintf(line, sizeof line, "probe %s %lld\n", event,
                        at.tv_sec * 1000000LL + at.tv_nsec / 1000);
  if (write(1, line, length) != length) _exit(3);
}

static void tell(const char *event) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  tell_at(event, now);
}

static void terminate(int signal) {
  (void)signal;
  if (terminated) return;
  clock_gettime(CLOCK_REALTIME, &terminated_at);
  terminated = 1;
}

static void pause_ms(long ms) {
  struct timespec left = {ms / 1000, ms % 1000 * 1000000};
  while (nanosleep(&left, &left) != 0 && errno == EINTR && !terminated) {}
}

static void end_if_terminated(void) {
  if (!terminated) return;
  tell_at("terminated", terminated_at);
  exit(0);
}

static void answer(int listening) {
  static const char OK[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
  char request[4096];
  int connection = accept(listening, NULL, NULL);
  if (connection < 0) return;
  if (read(connection, request, sizeof request) > 0 &&
      write(connection, OK, sizeof OK - 1) < 0) perror("write");
  close(connection);
}

static void serve(int port, long ready_ms, const sigset_t *unblocked) {
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
  int listening = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(listening, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  pause_ms(ready_ms);
  end_if_terminated();
  if (bind(listening, (struct sockaddr *)&address, sizeof address) != 0 ||
      listen(listening, 16) != 0) {
    perror("listen");
    exit(1);
  }
  tell("ready");
  sigset_t blocked;
  sigemptyset(&blocked);
  sigaddset(&blocked, SIGTERM);
  sigprocmask(SIG_BLOCK, &blocked, NULL);
  struct pollfd poll_listening = {.fd = listening, .events = POLLIN};
  for (;;) {
    end_if_terminated();
    if (ppoll(&poll_listening, 1, NULL, unblocked) > 0) answer(listening);
  }
}

int main(int argc, char **argv) {
  tell("started");
  struct sigaction action = {.sa_handler = terminate};
  sigset_t unblocked;
  sigaction(SIGTERM, &action, NULL);
  sigprocmask(SIG_BLOCK, NULL, &unblocked);
  if (argc == 4 && strcmp(argv[1], "serve") == 0) {
    serve(atoi(argv[2]), atol(argv[3]), &unblocked);
  } else if (argc == 3 && strcmp(argv[1], "work") == 0) {
    pause_ms(atol(argv[2]));
  } else if (argc == 3 && strcmp(argv[1], "hold") == 0) {
    while (!terminated) pause_ms(1000);
    tell_at("terminated", terminated_at);
    struct timespec left = {0, atol(argv[2]) * 1000000};
    nanosleep(&left, NULL);
  } else {
    fprintf(stderr, "usage: probe serve PORT READY_MS | work MS | hold STOP_MS\n");
    return 2;
  }
  tell("ended");
  return 0;
}
