/*
 * no_code_memory PROGRAM [ARG...]: executes PROGRAM where no memory may be both written and executed, as
 * systemd's MemoryDenyWriteExecute or SELinux has it. Ends with 77 where the kernel cannot do that.
 */
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

/* linux/prctl.h of 6.3 */
#ifndef PR_SET_MDWE
#define PR_SET_MDWE 65
#define PR_MDWE_REFUSE_EXEC_GAIN 1
#endif

int main(int argc, char **argv) {
  if (argc < 2) return 2;
  if (prctl(PR_SET_MDWE, PR_MDWE_REFUSE_EXEC_GAIN, 0, 0, 0)) return 77;
  execv(argv[1], argv + 1);
  perror(argv[1]);
  return 127;
}
