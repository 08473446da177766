/* Who asks: by variables, else by the files that the kubelet mounts into a container. */
#include "self.h"

int read_setting(uintptr_t *environment, const char *name, const char **value) {
  const char *text = variable(environment, name);
  *value = NULL;
  if (text == NULL || *text == 0) return 1;
  for (const char *byte = text; *byte != 0; byte++)
    if (*byte <= ' ' || *byte > '~') return 0;
  *value = text;
  return 1;
}

static int keep(char *to, size_t room, struct text text) {
  if (text.length >= room) return 0;
  copy(to, text.at, text.length);
  to[text.length] = 0;
  return 1;
}

/* The names in the first line of the mounts that has some. 0 if they are not understood. */
static int read_mounts(long fd, struct self *self) {
  char lines[8192];
  size_t length = 0;
  for (;;) {
    long got = call(SYS_read, fd, (long)(lines + length), (long)(sizeof lines - length), 0, 0, 0);
    if (got == -EINTR) continue;
    if (got <= 0) return got == 0;
    length += (size_t)got;
    size_t begin = 0;
    for (size_t i = begin; i < length; i++) {
      if (lines[i] != '\n') continue;
      struct text pod, container;
      if (read_mount((struct text){ lines + begin, i - begin }, &pod, &container))
        return keep(self->uid, sizeof self->uid, pod) && keep(self->name, sizeof self->name, container);
      begin = i + 1;
    }
    if (begin == 0 && length == sizeof lines) return 0;
    copy(lines, lines + begin, length -= begin);
  }
}

static int is_name(const char *name) {
  for (const char *byte = name; *byte != 0; byte++)
    if (!((*byte >= 'a' && *byte <= 'z') || (*byte >= '0' && *byte <= '9') || *byte == '-')) return 0;
  return name[0] != 0 && name[0] != '-' && name[length_of(name) - 1] != '-';
}

int read_self(const char *configured, struct self *self) {
  self->name[0] = self->uid[0] = 0;
  long fd = call(SYS_openat, AT_FDCWD, (long)"/proc/self/mountinfo", O_RDONLY | O_CLOEXEC, 0, 0, 0);
  if (failed(fd)) return 0;
  int understood = read_mounts(fd, self);
  call(SYS_close, fd, 0, 0, 0, 0, 0);
  if (!understood) return 0;
  if (configured != NULL && !keep(self->name, sizeof self->name, (struct text){ configured, length_of(configured) }))
    return 0;
  return self->name[0] == 0 || is_name(self->name);
}
