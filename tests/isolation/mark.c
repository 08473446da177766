/*
 * A library that leaves a mark of each process that loads it: the path of its executable, in /marks. It
 * needs no other library, so that every dynamic loader can load it.
 */
#include <asm/unistd.h>

static long call(long number, long a, long b, long c, long d) {
#if defined(__x86_64__)
  register long r10 __asm__("r10") = d;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10)
                   : "rcx", "r11", "memory");
  return result;
#else
  register long x8 __asm__("x8") = number;
  register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d;
  __asm__ volatile("svc #0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
#endif
}

enum { AT_FDCWD = -100, O_WRONLY = 01, O_CREAT = 0100, O_APPEND = 02000 };

__attribute__((constructor)) static void leave_mark(void) {
  char line[256];
  long length = call(__NR_readlinkat, AT_FDCWD, (long)"/proc/self/exe", (long)line, sizeof line - 1);
  if (length < 0) return;
  line[length] = '\n';
  long fd = call(__NR_openat, AT_FDCWD, (long)"/marks", O_WRONLY | O_CREAT | O_APPEND, 0666);
  call(__NR_write, fd, (long)line, length + 1, 0);
  call(__NR_close, fd, 0, 0, 0);
}
