/*
 * Asks a port of this container whether the command answers, as lib/probe/check.ts does and in its words:
 * at both addresses of `localhost`, within a second. What it would have to look at more closely is left
 * to it.
 */
#include "port.h"

enum {
  ECONNREFUSED = 111,
  EINPROGRESS = 115,
  AF_INET = 2,
  AF_INET6 = 10,
  SOCK_STREAM = 1,
  SO_SNDTIMEO = 21,
  MSG_NOSIGNAL = 0x4000,
  CLOCK_MONOTONIC = 1,
};

#define NANOSECONDS 1000000000L

/* "HTTP/1.1 200 ", the least that tells the status (RFC 9112, 4) */
#define STATUS_LINE 13

/* How long, in nanoseconds, and how much of an answer is read on, so that the server can end it. */
#define TAKING_LEAVE (NANOSECONDS / 10)
#define MOST_OF_AN_ANSWER (64 << 10)

/* netinet/in.h; ports in the order of the network */
struct address {
  uint16_t family, port;
  union {
    struct {
      uint8_t address[4], zero[8];
    } four;
    struct {
      uint32_t flow;
      uint8_t address[16];
      uint32_t scope;
    } six;
  } of;
};
_Static_assert(sizeof(struct address) == 28, "struct sockaddr_in6");
#define SIZE_OF_FOUR 16

/* A server's refusals that are plain, as the HTTP standard calls them (RFC 9110, 15). */
static const struct {
  char status[4];
  const char words[40];
} refusals[] = {
  { "401", "HTTP 401 Unauthorized" },
  { "403", "HTTP 403 Forbidden" },
  { "404", "HTTP 404 Not Found" },
  { "500", "HTTP 500 Internal Server Error" },
  { "502", "HTTP 502 Bad Gateway" },
  { "503", "HTTP 503 Service Unavailable" },
};

static long now(void) {
  long time[2] = { 0, 0 };
  call(SYS_clock_gettime, CLOCK_MONOTONIC, (long)time, 0, 0, 0, 0);
  return time[0] * NANOSECONDS + time[1];
}

/* Bounds the next call by what is left until the deadline. */
static int bound(long fd, long option, long deadline) {
  long left = (deadline - now()) / 1000;
  if (left <= 0) return 0;
  const long time[2] = { left / 1000000, left % 1000000 };
  return !failed(call(SYS_setsockopt, fd, SOL_SOCKET, option, (long)time, sizeof time, 0));
}

static long connect_to(uint16_t family, unsigned port, long deadline) {
  struct address address = { .family = family, .port = (uint16_t)(port << 8 | port >> 8) };
  if (family == AF_INET) address.of.four.address[0] = 127, address.of.four.address[3] = 1;
  else address.of.six.address[15] = 1;
  long fd = call(SYS_socket, family, SOCK_STREAM | SOCK_CLOEXEC, 0, 0, 0, 0);
  if (failed(fd)) return fd;
  long error = -EINPROGRESS;
  if (bound(fd, SO_SNDTIMEO, deadline))
    error = call(SYS_connect, fd, (long)&address, family == AF_INET ? SIZE_OF_FOUR : sizeof address, 0, 0, 0);
  if (!failed(error)) return fd;
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  return error;
}

/* The request line and what a server needs beside it; 0 if it is too long. */
static int make_request(struct text *request, size_t room, const struct question *asked) {
  struct text path = asked->path;
  if (path.length == 0) path.at = "/", path.length = 1;
  return add(request, room, TEXT("GET ")) && add(request, room, path) &&
         add(request, room, TEXT(" HTTP/1.1\r\nHost: localhost:")) && add(request, room, asked->digits) &&
         add(request, room, TEXT("\r\nUser-Agent: koordinator\r\nAccept: */*\r\nConnection: close\r\n\r\n"));
}

const char *read_status_line(struct text line) {
  if (line.length < STATUS_LINE || !pass(&line, "HTTP/1.")) return NULL;
  const char *status = line.at + 2, behind = status[3];
  if (status[-1] != ' ' || (behind != ' ' && behind != '\r')) return NULL;
  for (int i = 0; i < 3; i++)
    if (status[i] < '0' || status[i] > '9') return NULL;
  if (status[0] == '2' || status[0] == '3') return OPEN;
  for (size_t i = 0; i < sizeof refusals / sizeof *refusals; i++)
    if (are_equal((struct text){ status, 3 }, (struct text){ refusals[i].status, 3 })) return refusals[i].words;
  return NULL;
}

static void read_on(long fd, char *room, size_t size) {
  long deadline = now() + TAKING_LEAVE, got = 1;
  for (long done = 0; done < MOST_OF_AN_ANSWER && got > 0 && bound(fd, SO_RCVTIMEO, deadline); done += got)
    got = call(SYS_read, fd, (long)room, (long)size, 0, 0, 0);
}

static const char *request(long fd, const struct question *asked, long deadline) {
  char text[2048];
  struct text request = { text, 0 };
  if (!make_request(&request, sizeof text, asked)) return NULL;
  if (call(SYS_sendto, fd, (long)text, (long)request.length, MSG_NOSIGNAL, 0, 0) != (long)request.length) return NULL;
  struct text line = { text, 0 };
  while (line.length < STATUS_LINE) {
    if (!bound(fd, SO_RCVTIMEO, deadline)) return SILENT;
    long got = call(SYS_read, fd, (long)(text + line.length), (long)(sizeof text - line.length), 0, 0, 0);
    if (got == -EINTR) continue;
    if (got == -EAGAIN) return SILENT;
    if (got <= 0) return NULL;
    line.length += (size_t)got;
  }
  const char *verdict = read_status_line(line);
  read_on(fd, text, sizeof text);
  return verdict;
}

const char *ask_port(const struct question *asked) {
  long deadline = now() + NANOSECONDS;
  long fd = connect_to(AF_INET, asked->port, deadline), other = fd;
  if (failed(fd) && fd != -EINPROGRESS) other = connect_to(AF_INET6, asked->port, deadline);
  if (other == -EINPROGRESS) return SILENT;
  if (failed(other)) return fd == -ECONNREFUSED ? "connection refused: nobody listens there" : NULL;
  const char *verdict = asked->is_http ? request(other, asked, deadline) : OPEN;
  call(SYS_close, other, 0, 0, 0, 0, 0);
  return verdict;
}

/* Digits of a port's number at the begin of a text, which moves behind them; 0 if it is none. */
static unsigned take_port(struct text *text) {
  unsigned port = 0;
  for (; text->length > 0 && *text->at >= '0' && *text->at <= '9'; text->at++, text->length--) {
    port = port * 10 + (unsigned)(*text->at - '0');
    if (port > 65535) return 0;
  }
  return port;
}

/* Whether a path is sent as it is: no URL's rules change it. */
static int is_plain(struct text path) {
  char before = 0;
  for (size_t i = 0; i < path.length; before = path.at[i++]) {
    char c = path.at[i];
    int is_letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    int is_separator = (c == '/' || c == '.') && before != '/';
    if (!is_letter && !is_separator && (i > 0 || c != '/')) return 0;
  }
  return 1;
}

int read_question(const char *const *words, size_t count, struct question *asked) {
  *asked = (struct question){ 0 };
  if (count == 0) return 1;
  if (count != 2 || (!equal(words[0], "--tcp") && !equal(words[0], "--http"))) return 0;
  struct text text = { words[1], length_of(words[1]) };
  asked->is_http = equal(words[0], "--http");
  asked->port = take_port(&text);
  asked->path = text;
  asked->digits = (struct text){ words[1], (size_t)(text.at - words[1]) };
  if (asked->port == 0 || *words[1] == '0') return 0;
  return asked->is_http ? (text.length == 0 || *text.at == '/') && is_plain(text) : text.length == 0;
}
