/*
 * look REPORT [ARG...]: a command that writes down all that its parent left to it, so that what it
 * finds behind koordinator can be compared with what it finds without. Strings are printed byte by
 * byte. Pids are left out, which differ.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

extern char **environ;

static void bytes(FILE *to, const char *name, const char *text) {
  fprintf(to, "%s ", name);
  for (; *text != 0; text++)
    fprintf(to, *text > ' ' && *text < 127 ? "%c" : "\\x%02x", (unsigned char)*text);
  fputc('\n', to);
}

/* The fields that execve(2) keeps: a signal that is pending is still so. */
static void status_fields(FILE *to) {
  const char *kept[] = {"SigPnd", "ShdPnd", "SigBlk",     "SigIgn",  "Uid",         "Gid",
                        "Groups", "CapInh", "CapAmb",     "CapBnd",  "Seccomp:",    "NoNewPrivs",
                        "Umask",  "CapPrm", "THP_enabled", "Cpus_allowed:", "Threads"};
  char line[4096];
  FILE *status = fopen("/proc/self/status", "re");
  while (status != NULL && fgets(line, sizeof line, status) != NULL)
    for (size_t i = 0; i < sizeof kept / sizeof *kept; i++)
      if (strncmp(line, kept[i], strlen(kept[i])) == 0) fputs(line, to);
  if (status != NULL) fclose(status);
}

static void descriptors(FILE *to) {
  DIR *folder = opendir("/proc/self/fd");
  for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
    int fd = atoi(entry->d_name);
    char target[4096];
    ssize_t length = readlinkat(dirfd(folder), entry->d_name, target, sizeof target - 1);
    if (length < 0 || fd == dirfd(folder)) continue;
    target[length] = 0;
    fprintf(to, "descriptor %d flags %#x %s\n", fd, (unsigned)fcntl(fd, F_GETFL), target);
  }
  if (folder != NULL) closedir(folder);
}

static void limits(FILE *to) {
  for (int i = 0; i < RLIM_NLIMITS; i++) {
    struct rlimit limit;
    getrlimit(i, &limit);
    fprintf(to, "limit %d: %lu %lu\n", i, (unsigned long)limit.rlim_cur, (unsigned long)limit.rlim_max);
  }
}

static void attributes(FILE *to) {
  int death_signal = 0, subreaper = 0;
  struct itimerval timer;
  prctl(PR_GET_PDEATHSIG, &death_signal);
  prctl(PR_GET_CHILD_SUBREAPER, &subreaper);
  getitimer(ITIMER_REAL, &timer);
  fprintf(to, "death signal %d, subreaper %d, alarm %ld\n", death_signal, subreaper,
          (long)timer.it_value.tv_sec);
  fprintf(to, "dumpable %d, keepcaps %d, timer slack %d, securebits %d\n", prctl(PR_GET_DUMPABLE),
          prctl(PR_GET_KEEPCAPS), prctl(PR_GET_TIMERSLACK), prctl(PR_GET_SECUREBITS));
  fprintf(to, "personality %#x, nice %d, scheduler %d\n", (unsigned)personality(0xffffffff),
          getpriority(PRIO_PROCESS, 0), sched_getscheduler(0));
  FILE *score = fopen("/proc/self/oom_score_adj", "re");
  int adjustment = -1;
  if (score == NULL || fscanf(score, "%d", &adjustment) != 1) adjustment = -1;
  if (score != NULL) fclose(score);
  fprintf(to, "oom_score_adj %d\n", adjustment);
}

int main(int argc, char **argv) {
  char *text = NULL;
  size_t size = 0;
  /* In memory first: the report itself would be one of the descriptors. */
  FILE *to = open_memstream(&text, &size);
  if (to == NULL || argc < 2) return 2;
  for (char **arg = argv; *arg != NULL; arg++)
    if (arg != argv + 1) bytes(to, "argument", *arg);
  for (char **variable = environ; *variable != NULL; variable++) bytes(to, "variable", *variable);
  descriptors(to);
  status_fields(to);
  limits(to);
  attributes(to);
  char folder[4096];
  bytes(to, "folder", getcwd(folder, sizeof folder) == NULL ? "none" : folder);
  bytes(to, "executed as", (const char *)getauxval(AT_EXECFN));
  fclose(to);
  int report = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  return report >= 0 && write(report, text, size) == (ssize_t)size ? 0 : 3;
}
