/*
 * The loader's parts that make no system call, with the host's compiler and its sanitizers. What is
 * included is what is sealed; what it calls elsewhere is not needed here.
 */
#include "../../tools/seal/environment.c"
#include "../../tools/seal/initial_stack.c"

/* the C library, without its headers, whose names the loader has for itself */
int printf(const char *format, ...);
void *malloc(size_t size);
void free(void *memory);
int memcmp(const void *one, const void *other, size_t size);
int strcmp(const char *one, const char *other);

static int failures;

static void check(int holds, const char *what) {
  if (holds) return;
  failures++;
  printf("does not hold: %s\n", what);
}

static void utf8(void) {
  static const struct {
    const char *text;
    int valid;
  } cases[] = {
    { "", 1 },
    { "plain", 1 },
    { "\xc3\xa4", 1 },
    { "\xe6\x97\xa5\xe6\x9c\xac", 1 },
    { "\xf0\x9f\x98\x80", 1 },
    { "\xf4\x8f\xbf\xbf", 1 },
    { "\x80", 0 },
    { "\xc0\x80", 0 },
    { "\xc3", 0 },
    { "\xe6\x97", 0 },
    { "\xed\xa0\x80", 0 },
    { "\xe0\x80\x80", 0 },
    { "\xf0\x80\x80\x80", 0 },
    { "\xf4\x90\x80\x80", 0 },
    { "\xff", 0 },
    { "good\xe4", 0 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
    check(is_utf8((const unsigned char *)cases[i].text) == cases[i].valid, "is_utf8 of its table");
}

static void variables(void) {
  static const struct {
    const char *variable;
    int passed, ours;
  } cases[] = {
    { "KOORDINATOR_SPEC={}", 1, 1 },
    { "KOOORDINATOR_SPEC={}", 1, 1 },
    { "KORDINATOR_SPEC={}", 1, 1 },
    { "KUBERNETES_SERVICE_HOST=10.0.0.1", 1, 0 },
    { "KUBERNETES_SERVICE_PORT=443", 1, 0 },
    { "KUBERNETES_SERVICE_PORT_HTTPS=443", 0, 0 },
    { "LD_PRELOAD=KOORDINATOR", 0, 0 },
    { "HTTPS_PROXY=http://proxy", 0, 0 },
    { "DENO_CERT=/ca", 0, 0 },
    { "no equals sign", 0, 0 },
    { "", 0, 0 },
    { "=", 0, 0 },
  };
  uintptr_t nothing[] = { 0 };
  const size_t settings_and_end = own_environment(NULL, nothing);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uintptr_t one[] = { (uintptr_t)cases[i].variable, 0 };
    size_t count = own_environment(NULL, one);
    check(count == settings_and_end + (size_t)cases[i].passed, cases[i].variable);
    check(is_configured(one) == cases[i].ours, cases[i].variable);
    uintptr_t *made = malloc(count * sizeof *made);
    check(own_environment(made, one) == count && made[count - 1] == 0, "it ends with NULL");
    free(made);
  }
  uintptr_t several[] = { (uintptr_t) "PATHS=no", (uintptr_t) "PATH=", (uintptr_t) "PATH=late", 0 };
  const char *path = variable(several, "PATH");
  check(path != NULL && *path == 0, "the first of a name counts, and may be empty");
  check(variable(several, "PAT") == NULL, "a name is a whole one");
}

static void vectors(void) {
  char plain[] = "plain", odd[] = "a\xff\xe4z", empty[] = "";
  uintptr_t stack[] = { 3, (uintptr_t)plain, (uintptr_t)odd, (uintptr_t)empty, 0, 0 };
  Elf64_auxv_t aux[] = { { .a_type = AT_PAGESZ, .a_un.a_val = 4096 }, { .a_type = AT_NULL } };
  Elf64_auxv_t added[ADDED];
  for (int i = 0; i < ADDED; i++) added[i] = (Elf64_auxv_t){ .a_type = 1000 + (unsigned)i };
  const struct initial_stack of = { 3, stack + 1, stack + 5, aux };
  size_t room = room_for_initial_stack(&of);
  /* the sanitizer watches its ends */
  uintptr_t *made = malloc(room);
  make_initial_stack(made, &of, added);
  check(made[0] == 3 && made[1] == (uintptr_t)plain && made[4] == 0, "argc, argv and its end");
  check(strcmp((const char *)made[2], "a??z") == 0, "a byte that is no ASCII is a question mark");
  check(strcmp((const char *)made[3], "") == 0, "an empty argument stays one");
  check(memcmp(odd, "a\xff\xe4z", sizeof odd) == 0, "the original is as it was");
  size_t variables = own_environment(NULL, stack + 5);
  const Elf64_auxv_t *entry = (const Elf64_auxv_t *)(made + 5 + variables);
  check(entry[0].a_type == AT_PAGESZ && entry[0].a_un.a_val == 4096, "the kernel's entries first");
  for (int i = 0; i < ADDED; i++) check(entry[1 + i].a_type == 1000 + (unsigned)i, "then ours");
  check(entry[1 + ADDED].a_type == AT_NULL, "and the end");
  free(made);
}

int main(void) {
  utf8();
  variables();
  vectors();
  if (failures == 0) printf("all hold\n");
  return failures != 0;
}
