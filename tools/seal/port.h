/* What `koordinator probe --tcp PORT` and `--http PORT/PATH` ask: port.c. */
#pragma once
#include "told.h"

struct question {
  int is_http;
  unsigned port; /* 0 if nothing is to be asked */
  struct text digits, path;
};

/* The verdicts beside the reasons why a port is shut. */
#define OPEN ""
#define SILENT "no answer within a second"

#pragma GCC visibility push(hidden)

/* Reads the words behind `probe`. 0 if they are not plain. */
int read_question(const char *const *words, size_t count, struct question *asked);

/* What the begin of an answer says; NULL if the program is to ask once more. */
const char *read_status_line(struct text line);

/* Asks. An empty verdict if the port is open, else why it is shut; NULL if the program is to find it out. */
const char *ask_port(const struct question *asked);

#pragma GCC visibility pop
