/* Which container of which pod this is, as lib/sources.ts finds it out: self.c. */
#pragma once
#include "told.h"

/* A label of a name in the DNS (RFC 1123), as container_name.ts has it. */
#define LONGEST_NAME 63

struct self {
  char name[LONGEST_NAME + 1];
  char uid[64]; /* the pod's, empty if it is unknown */
};

#pragma GCC visibility push(hidden)

/* A variable's value, if it is set to more than blanks; 0 if it is to be trimmed, which is left to the program. */
int read_setting(uintptr_t *environment, const char *name, const char **value);

/*
 * Finds the container by its configured name, if there is one, and its pod in the mounts; an empty name is
 * unknown. 0 if they are not understood.
 */
int read_self(const char *configured, struct self *self);

#pragma GCC visibility pop
