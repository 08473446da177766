/* What the loader says in the language of the processor: its first and last instructions, and how the
 * kernel is called (syscall(2)). */
#include <stdint.h>

/* Where ld.so begins, and the stack that it finds: two registers in both calling conventions. */
struct start {
  uintptr_t entry;
  uintptr_t *stack;
};

#if defined(__x86_64__)

#define PAGE 4096UL

/* asm/fcntl.h */
#define O_DIRECTORY 0200000
#define O_NOFOLLOW 0400000

/* The first instructions, for loader.c alone. */
#define START \
  __asm__( \
    ".section .text.start,\"ax\"\n" \
    ".globl _start\n" \
    "_start:\n" \
    "  mov %rsp, %rdi\n" \
    "  lea _start(%rip), %rsi\n" \
    "  and $-16, %rsp\n" \
    "  call load\n" \
    "  mov %rdx, %rsp\n" \
    "  xor %edx, %edx\n" /* no exit function to register (System V ABI, 3.4.1) */ \
    "  jmp *%rax\n" \
    ".text\n")

/* Ends a signal handler, for signals.c alone. */
#define RETURN_FROM_HANDLER \
  __asm__( \
    ".text\n" \
    "return_from_handler:\n" \
    "  mov $15, %eax\n" /* rt_sigreturn */ \
    "  syscall\n")

/* uc_sigmask of the kernel's struct ucontext (asm/ucontext.h) */
#define MASK_IN_CONTEXT 296

enum {
  SYS_read = 0,
  SYS_write = 1,
  SYS_close = 3,
  SYS_lseek = 8,
  SYS_mmap = 9,
  SYS_mprotect = 10,
  SYS_munmap = 11,
  SYS_rt_sigaction = 13,
  SYS_rt_sigprocmask = 14,
  SYS_ioctl = 16,
  SYS_madvise = 28,
  SYS_nanosleep = 35,
  SYS_getpid = 39,
  SYS_socket = 41,
  SYS_connect = 42,
  SYS_sendto = 44,
  SYS_socketpair = 53,
  SYS_setsockopt = 54,
  SYS_clone = 56,
  SYS_execve = 59,
  SYS_exit = 60,
  SYS_wait4 = 61,
  SYS_kill = 62,
  SYS_fcntl = 72,
  SYS_getcwd = 79,
  SYS_setpgid = 109,
  SYS_rt_sigpending = 127,
  SYS_rt_sigtimedwait = 128,
  SYS_prctl = 157,
  SYS_gettid = 186,
  SYS_clock_gettime = 228,
  SYS_exit_group = 231,
  SYS_tgkill = 234,
  SYS_openat = 257,
  SYS_unlinkat = 263,
  SYS_readlinkat = 267,
  SYS_prlimit64 = 302,
  SYS_memfd_create = 319,
  SYS_statx = 332,
};

static inline long call(long n, long a, long b, long c, long d, long e, long f) {
  register long r10 __asm__("r10") = d, r8 __asm__("r8") = e, r9 __asm__("r9") = f;
  long result;
  __asm__ volatile("syscall"
                   : "=a"(result)
                   : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                   : "rcx", "r11", "memory");
  return result;
}

#elif defined(__aarch64__)

/* The largest that kernels have, for which everything is aligned: also right where they have less. */
#define PAGE 65536UL

/* asm/fcntl.h */
#define O_DIRECTORY 040000
#define O_NOFOLLOW 0100000

/* The first instructions, for loader.c alone. */
#define START \
  __asm__( \
    ".section .text.start,\"ax\"\n" \
    ".globl _start\n" \
    "_start:\n" \
    "  mov x0, sp\n" \
    "  adr x1, _start\n" \
    "  mov x29, #0\n" \
    "  mov x30, #0\n" \
    "  bl load\n" \
    "  mov x16, x0\n" \
    "  mov sp, x1\n" \
    "  mov x0, #0\n" \
    "  br x16\n" \
    ".text\n")

/* Ends a signal handler, for signals.c alone. */
#define RETURN_FROM_HANDLER \
  __asm__( \
    ".text\n" \
    "return_from_handler:\n" \
    "  mov x8, #139\n" /* rt_sigreturn */ \
    "  svc #0\n")

/* uc_sigmask of the kernel's struct ucontext (asm/ucontext.h) */
#define MASK_IN_CONTEXT 40

enum {
  SYS_getcwd = 17,
  SYS_fcntl = 25,
  SYS_ioctl = 29,
  SYS_unlinkat = 35,
  SYS_openat = 56,
  SYS_close = 57,
  SYS_lseek = 62,
  SYS_read = 63,
  SYS_write = 64,
  SYS_readlinkat = 78,
  SYS_exit = 93,
  SYS_exit_group = 94,
  SYS_nanosleep = 101,
  SYS_clock_gettime = 113,
  SYS_kill = 129,
  SYS_tgkill = 131,
  SYS_rt_sigaction = 134,
  SYS_rt_sigprocmask = 135,
  SYS_rt_sigpending = 136,
  SYS_rt_sigtimedwait = 137,
  SYS_setpgid = 154,
  SYS_prctl = 167,
  SYS_getpid = 172,
  SYS_gettid = 178,
  SYS_socket = 198,
  SYS_socketpair = 199,
  SYS_connect = 203,
  SYS_sendto = 206,
  SYS_setsockopt = 208,
  SYS_munmap = 215,
  SYS_clone = 220,
  SYS_execve = 221,
  SYS_mmap = 222,
  SYS_mprotect = 226,
  SYS_madvise = 233,
  SYS_wait4 = 260,
  SYS_prlimit64 = 261,
  SYS_memfd_create = 279,
  SYS_statx = 291,
};

static inline long call(long n, long a, long b, long c, long d, long e, long f) {
  register long x8 __asm__("x8") = n;
  register long x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c;
  register long x3 __asm__("x3") = d, x4 __asm__("x4") = e, x5 __asm__("x5") = f;
  __asm__ volatile("svc #0"
                   : "+r"(x0)
                   : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                   : "memory");
  return x0;
}

#else
#error "the loader knows x86_64 and aarch64"
#endif
