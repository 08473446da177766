/*
 * V8 is told to compile nothing by a flag that `deno compile` has written into the file, and that it
 * finds there at every start. A subcommand that searches wants the compilers all the same
 * (docs/decisions/0023), and which one it is stands in the arguments alone. So the flag is made to mean
 * another: in memory, the name in V8's list changes places with that of a flag which V8 has for its own
 * tests, and which does nothing.
 */
#include "loader.h"

static const char off[] = "jitless";

static const char *const searching[] = { "check", "simulate" };

static int searches(uintptr_t *stack) {
  if (stack[0] < 2) return 0;
  for (size_t i = 0; i < sizeof searching / sizeof *searching; i++)
    if (equal((const char *)stack[2], searching[i])) return 1;
  return 0;
}

/* Whether memory may be executed that is written: V8 ends where it may not. */
static int may_compile(void) {
  long mapped = call(SYS_mmap, 0, PAGE, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (failed(mapped)) return 0;
  call(SYS_munmap, mapped, PAGE, 0, 0, 0, 0);
  return 1;
}

static long set_protection(uintptr_t at, long protection) {
  uintptr_t start = at & -PAGE, end = (at + sizeof off + PAGE - 1) & -PAGE;
  return call(SYS_mprotect, (long)start, (long)(end - start), protection, 0, 0, 0);
}

/*
 * `name` and `idle` are where V8 has the names of both flags, the second one at least as long as the
 * first; 0 where the build did not find them. Where something is refused, all stays as it was.
 */
void let_compile(uintptr_t *stack, uintptr_t name, uintptr_t idle) {
  if (name == 0 || idle == 0 || !searches(stack) || !may_compile()) return;
  if (failed(set_protection(name, PROT_READ | PROT_WRITE))) return;
  if (!failed(set_protection(idle, PROT_READ | PROT_WRITE))) {
    *(char *)name = '-';
    copy((char *)idle, off, sizeof off);
    set_protection(idle, PROT_READ);
  }
  set_protection(name, PROT_READ);
}
