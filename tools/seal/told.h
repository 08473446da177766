/* What `koordinator probe` reads of the command: told.c. */
#pragma once
#include "loader.h"

/* Characters that lie somewhere, without an end mark. */
struct text {
  const char *at;
  size_t length;
};
#define TEXT(literal) ((struct text){ literal, sizeof literal - 1 })

/* A supervisor's report: what the probe asks of it. */
struct report {
  struct text at, phase;
};

#pragma GCC visibility push(hidden)

int are_equal(struct text one, struct text other);

/* Moves behind what is expected; 0 if something else stands there. */
int pass(struct text *text, const char *expected);

/* Text behind text, which has so much room; whether it was enough. */
int add(struct text *to, size_t room, struct text text);

/* Whether a line of mountinfo is of a file that the kubelet mounts into a container, and of which one. */
int read_mount(struct text line, struct text *pod, struct text *container);

/* Whether a report is understood, and of this container; and of this pod, if its uid is known. */
int read_report(struct text text, const char *container, struct text pod, struct report *report);

/*
 * What a container waits for, in the words of its supervisor's status: copied to the room that `missing`
 * is. 0 if the status is not understood, older than the report, or tells of nothing missing.
 */
int read_missing(struct text text, const char *container, struct text since, struct text *missing);

#pragma GCC visibility pop
