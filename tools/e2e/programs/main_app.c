/*
 * The application of the end-to-end tests where an image has no shell: "serve PORT" accepts
 * connections until it is terminated, "connect PORT" makes one to 127.0.0.1. Built twice, static for
 * the scratch image and dynamic for the glibc image.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

int main(int argc, char **argv) {
  if (argc != 3) {
    fprintf(stderr, "usage: main-app serve|connect PORT\n");
    return 2;
  }
  int serve = strcmp(argv[1], "serve") == 0;
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(atoi(argv[2]))};
  address.sin_addr.s_addr = htonl(serve ? INADDR_ANY : INADDR_LOOPBACK);
  int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (!serve) {
    if (connect(s, (struct sockaddr *)&address, sizeof address) != 0) {
      perror("connect");
      return 1;
    }
    puts("connection accepted");
    return 0;
  }
  if (bind(s, (struct sockaddr *)&address, sizeof address) != 0 || listen(s, 16) != 0) {
    perror("listen");
    return 1;
  }
  for (;;) {
    int c = accept(s, NULL, NULL);
    if (c >= 0) close(c);
  }
}
