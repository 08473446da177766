/*
 * The floor of the micro figures: how little a supervisor could cost that waits for the container
 * `proxy` to be ready, launches a command, stops it once `main` has ended, and ends with it. It looks
 * for words in the answers and handles no error. TLS is out of its reach: it asks FLOOR_PORT of
 * 127.0.0.1 by plain HTTP. Without that variable it launches the command at once.
 */
#include <arpa/inet.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <poll.h>
#include <unistd.h>

#define PODS "/api/v1/namespaces/default/pods?fieldSelector=metadata.name%%3Dpod"
static char seen[1 << 20];

static int says(const char *container, const char *key, const char *value) {
  char name[64];
  snprintf(name, sizeof name, "\"name\":\"%s\",\"state\":", container);
  const char *at = strstr(seen, name);
  if (at == NULL || (at = strstr(at, key)) == NULL) return 0;
  return strncmp(at + strlen(key), value, strlen(value)) == 0;
}

static int ask(int server, const char *more) {
  char request[512];
  int length = snprintf(request, sizeof request, "GET " PODS "%s HTTP/1.1\r\nHost: floor\r\n\r\n", more);
  return write(server, request, (size_t)length) == length;
}

/* Reads what is there; an answer may come in pieces, and is whole once every brace is closed. */
static int hear(int server) {
  static size_t have;
  static int open, whole;
  if (whole) have = 0;
  ssize_t length = read(server, seen + have, sizeof seen - 1 - have);
  if (length <= 0) exit(1);
  for (size_t end = have + (size_t)length; have < end; have++) {
    open += (seen[have] == '{') - (seen[have] == '}');
  }
  seen[have] = 0;
  return whole = open == 0 && strstr(seen, "\"containerStatuses\"") != NULL;
}

int main(int argc, char **argv) {
  int server = -1, status = 0;
  pid_t command = 0;
  sigset_t children;
  sigemptyset(&children);
  sigaddset(&children, SIGCHLD);
  sigprocmask(SIG_BLOCK, &children, NULL);
  if (argc < 2) return 2;
  const char *port = getenv("FLOOR_PORT");
  if (port != NULL) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(port)),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    server = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(server, (struct sockaddr *)&address, sizeof address) != 0 || !ask(server, "")) return 1;
    while (!hear(server)) {}
    char *version = strstr(seen, "\"resourceVersion\":\""), watch[64];
    if (version == NULL) return 1;
    snprintf(watch, sizeof watch, "&watch=true&resourceVersion=%ld", atol(version + 19));
    if (!ask(server, watch)) return 1;
    while (!says("proxy", "\"ready\":", "true")) hear(server);
  }
  struct pollfd either[] = {{.fd = signalfd(-1, &children, 0), .events = POLLIN},
                            {.fd = server, .events = POLLIN}};
  if ((command = fork()) == 0) {
    sigprocmask(SIG_UNBLOCK, &children, NULL);
    execv(argv[1], argv + 1);
    _exit(127);
  }
  while (poll(either, 2, -1) > 0) {
    if (either[0].revents != 0 && waitpid(command, &status, WNOHANG) == command) break;
    if (either[1].revents == 0) continue;
    if (hear(server) && says("main", "\"state\":{", "\"terminated\"")) kill(command, SIGTERM);
  }
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}
