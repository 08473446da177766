/*
 * A program that loads what its dynamic loader is told to, and ends with 0. It needs no library but,
 * with LIBC defined, a C library that begins it: musl's calls what libraries do at the start.
 */
#include <asm/unistd.h>

extern void begin(long *stack);

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n  mov %rsp, %rdi\n  and $-16, %rsp\n  call begin\n");
#else
__asm__(".globl _start\n_start:\n  mov x0, sp\n  bl begin\n");
#endif

__attribute__((noreturn)) static int end(void) {
  for (;;) {
#if defined(__x86_64__)
    __asm__ volatile("syscall" : : "a"(__NR_exit_group), "D"(0) : "rcx", "r11", "memory");
#else
    register long x8 __asm__("x8") = __NR_exit_group;
    register long x0 __asm__("x0") = 0;
    __asm__ volatile("svc #0" : : "r"(x8), "r"(x0) : "memory");
#endif
  }
}

#ifdef LIBC
int __libc_start_main(int (*main)(void), int argc, char **argv);
#endif

__attribute__((used)) void begin(long *stack) {
#ifdef LIBC
  __libc_start_main(end, (int)stack[0], (char **)(stack + 1));
#else
  (void)stack;
  end();
#endif
}
