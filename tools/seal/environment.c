/*
 * Which variables ld.so, the C library and Deno's runtime find: those that koordinator itself reads, and
 * what is set here. All others are meant for the command, which gets the original (hand_over.c,
 * lib/linux/environment.ts): they would change, end or betray a supervisor that obeyed them.
 */
#include "loader.h"

/*
 * No authority is trusted beside those of a ca.crt: a list of no stores, where Deno would take
 * Mozilla's roots. No colour in what Deno itself says. No zone of time, and so no file of zones: glibc
 * takes a name that it does not find for UTC.
 */
static const char settings[] = "DENO_TLS_CA_STORE=,\0NO_COLOR=1\0TZ=UTC\0TZDIR=/proc/-\0";

static const char *value_of(const char *variable, const char *name) {
  while (*name != 0 && *variable == *name) variable++, name++;
  return *name == 0 && *variable == '=' ? variable + 1 : NULL;
}

const char *variable(uintptr_t *environment, const char *name) {
  for (; *environment != 0; environment++) {
    const char *value = value_of((const char *)*environment, name);
    if (value != NULL) return value;
  }
  return NULL;
}

/* Whether a variable's name has this part in it. */
static int name_contains(const char *variable, const char *part) {
  for (; *variable != 0 && *variable != '='; variable++) {
    size_t matched = 0;
    while (part[matched] != 0 && variable[matched] == part[matched]) matched++;
    if (part[matched] == 0) return 1;
  }
  return 0;
}

/* Whether a variable is koordinator's, or may be one that is misspelt: RESEMBLING of lib/environment.ts. */
static int is_koordinators(const char *variable) {
  return name_contains(variable, "KOO") || name_contains(variable, "RDI") || name_contains(variable, "NATOR");
}

int is_configured(uintptr_t *environment) {
  for (; *environment != 0; environment++)
    if (is_koordinators((const char *)*environment)) return 1;
  return 0;
}

int is_switched_off(uintptr_t *environment) {
  const char *disabled = variable(environment, "KOORDINATOR_DISABLED");
  return disabled != NULL && equal(disabled, "true");
}

/* What lib/ reads beside these: where the API server is. */
static int is_read(const char *variable) {
  return is_koordinators(variable) || value_of(variable, "KUBERNETES_SERVICE_HOST") != NULL ||
         value_of(variable, "KUBERNETES_SERVICE_PORT") != NULL;
}

size_t own_environment(uintptr_t *to, uintptr_t *environment) {
  size_t count = 0;
  for (const char *setting = settings; *setting != 0; setting += length_of(setting) + 1, count++)
    if (to != NULL) to[count] = (uintptr_t)setting;
  for (; *environment != 0; environment++) {
    if (!is_read((const char *)*environment)) continue;
    if (to != NULL) to[count] = *environment;
    count++;
  }
  if (to != NULL) to[count] = 0;
  return count + 1;
}
