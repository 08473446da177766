/*
 * The loader's parts that make no system call, with the host's compiler and its sanitizers. What is
 * included is what is sealed; what it calls elsewhere is not needed here.
 */
#include "../../tools/seal/environment.c"
#include "../../tools/seal/search.c"
#include "../../tools/seal/initial_stack.c"
#include "../../tools/seal/told.c"
#include "../../tools/seal/port.c"

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

/* As much room as is asked for, whose ends the sanitizer watches, for as long as some more are taken. */
static char *room_of(size_t length) {
  static char *rooms[16];
  static size_t next;
  next = (next + 1) % (sizeof rooms / sizeof *rooms);
  free(rooms[next]);
  return rooms[next] = malloc(length);
}

static struct text copied(const char *text) {
  size_t length = length_of(text);
  char *room = room_of(length);
  copy(room, text, length);
  return (struct text){ room, length };
}

static void mounts(void) {
  static const struct {
    const char *line, *pod, *container;
  } cases[] = {
    { "1 2 8:1 /var/lib/kubelet/pods/u-1/containers/main/0a1b /dev/termination-log rw - ext4 x rw", "u-1", "main" },
    { "1 2 8:1 /pods/u/containers/c/0 /elsewhere rw - ext4 x rw", "u", "c" },
    { "1 2 8:1 /pods/u/containers/c/0z /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 /pods/u/containers/c/ /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 /pods/u/containers//0 /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 /pods//containers/c/0 /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 pods/u/containers/c/0 /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 /pods/u/volumes/c/0 /dev/termination-log rw", NULL, NULL },
    { "1 2 8:1 /pods/u/containers/c/0", NULL, NULL },
    { "1 2 8:1 /", NULL, NULL },
    { "", NULL, NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text line = copied(cases[i].line), pod, container;
    int found = read_mount(line, &pod, &container);
    check(found == (cases[i].pod != NULL), cases[i].line);
    if (found && cases[i].pod != NULL)
      check(are_equal(pod, copied(cases[i].pod)) && are_equal(container, copied(cases[i].container)), cases[i].line);
  }
}

#define REPORT(phase) \
  "{\"version\":2,\"container\":\"main\",\"run\":\"r\",\"pod\":\"u-1\",\"sandbox\":\"s\",\"at\":\"2026\",\"phase\":\"" phase \
  "\",\"launched\":true}\n"

static void reports(void) {
  static const struct {
    const char *text, *container, *pod, *phase;
  } cases[] = {
    { REPORT("running"), "main", "u-1", "running" },
    { REPORT("waiting"), "main", "", "waiting" },
    { REPORT("running"), "main", "u-2", NULL },
    { REPORT("running"), "mai", "u-1", NULL },
    { REPORT("running"), "maine", "u-1", NULL },
    { REPORT("run\\\"ning"), "main", "u-1", NULL },
    { "{\"version\":1}\n", "main", "", NULL },
    { "{\"version\":2,\"container\":\"main\",\"run\":\"}\n", "main", "", NULL },
    { "}\n", "main", "", NULL },
    { "\n", "main", "", NULL },
    { "", "main", "", NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct report report;
    int understood = read_report(copied(cases[i].text), cases[i].container, copied(cases[i].pod), &report);
    check(understood == (cases[i].phase != NULL), cases[i].text);
    if (understood && cases[i].phase != NULL) check(are_equal(report.phase, copied(cases[i].phase)), cases[i].text);
  }
  const char *whole = REPORT("running");
  for (size_t length = 0; length < length_of(whole); length++) {
    struct text torn = copied(whole);
    struct report report;
    torn.length = length;
    check(!read_report(torn, "main", TEXT(""), &report), "a torn report");
  }
}

#define STATUS(phase, at, missing) \
  "{\"container\":\"main\",\"phase\":\"" phase "\",\"since\":\"2\",\"at\":\"" at "\",\"missing\":\"" missing "\",\"x\":1}\n"

static void statuses(void) {
  static const struct {
    const char *text, *missing;
  } cases[] = {
    { STATUS("waiting", "3", " for a (it is not there)"), " for a (it is not there)" },
    { STATUS("waiting", "2", ""), "" },
    { STATUS("waiting", "3", " \\\"a\\\\\\\""), " \"a\\\"" },
    { STATUS("waiting", "3", "\\n"), NULL },
    { STATUS("waiting", "3", "\\u0041"), NULL },
    { STATUS("waiting", "1", "too old"), NULL },
    { STATUS("running", "3", ""), NULL },
    { STATUS("waiting", "3", "123456789012345678901234567890"), NULL }, /* no room */
    { "{\"container\":\"main\"}", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    struct text missing = { room_of(24), 24 };
    int understood = read_missing(copied(cases[i].text), "main", TEXT("2"), &missing);
    check(understood == (cases[i].missing != NULL), cases[i].text);
    if (understood && cases[i].missing != NULL) check(are_equal(missing, copied(cases[i].missing)), cases[i].text);
  }
  const char *whole = STATUS("waiting", "3", "a");
  for (size_t cut = 1; cut < 11; cut++) {
    struct text torn = copied(whole), missing = { room_of(24), 24 };
    torn.length -= cut;
    int understood = read_missing(torn, "main", TEXT("2"), &missing);
    check(understood == (cut < 9), "a torn status is understood only behind the string's end");
  }
}

static void answers(void) {
  static const struct {
    const char *line, *verdict;
  } cases[] = {
    { "HTTP/1.1 200 OK\r\n", "" },
    { "HTTP/1.0 302 Found\r\n", "" },
    { "HTTP/1.1 204\r\n\r\n", "" },
    { "HTTP/1.1 503 Whatever\r\n", "HTTP 503 Service Unavailable" },
    { "HTTP/1.1 400 Bad Request", NULL },
    { "HTTP/1.1 100 Continue", NULL },
    { "HTTP/1.1 2000 OK", NULL },
    { "HTTP/1.1 2x0 OK  ", NULL },
    { "HTTP/2.0 200 OK\r\n", NULL },
    { "HTTP/1.1 200", NULL },
    { "\x15\x03\x01 alert of tls", NULL },
    { "", NULL },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *verdict = read_status_line(copied(cases[i].line));
    check(cases[i].verdict == NULL ? verdict == NULL : verdict != NULL && strcmp(verdict, cases[i].verdict) == 0, cases[i].line);
  }
}

static void questions(void) {
  static const struct {
    const char *option, *value;
    unsigned port;
    const char *path;
  } cases[] = {
    { "--tcp", "8080", 8080, "" },
    { "--http", "8080", 8080, "" },
    { "--http", "65535/healthz/a-b_c.d/", 65535, "/healthz/a-b_c.d/" },
    { "--tcp", "65536", 0, NULL },
    { "--tcp", "99999999999999999999", 0, NULL },
    { "--tcp", "0", 0, NULL },
    { "--tcp", "080", 0, NULL },
    { "--tcp", "", 0, NULL },
    { "--tcp", "80/x", 0, NULL },
    { "--tcp", "http", 0, NULL },
    { "--http", "80/a/../b", 0, NULL },
    { "--http", "80/a//b", 0, NULL },
    { "--http", "80/a b", 0, NULL },
    { "--http", "80/a?b", 0, NULL },
    { "--http", "80x", 0, NULL },
    { "--udp", "80", 0, NULL },
  };
  struct question asked;
  check(read_question(NULL, 0, &asked) && asked.port == 0, "nothing is asked");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *const words[] = { cases[i].option, cases[i].value };
    int plain = read_question(words, 2, &asked);
    check(plain == (cases[i].port != 0), cases[i].value);
    if (!plain) continue;
    check(asked.port == cases[i].port && are_equal(asked.path, copied(cases[i].path)), cases[i].value);
    check(!read_question(words, 1, &asked), "an option without its value");
  }
  struct question one = { 1, 80, TEXT("80"), TEXT("/healthz") };
  char *room = room_of(200);
  for (size_t size = 0; size <= 200; size++) {
    struct text request = { room, 0 };
    int fits = make_request(&request, size, &one);
    check(request.length <= size && (!fits || request.length > 40), "a request has room");
  }
}

static void commands(void) {
  static const struct {
    const char *words[3];
    int first; /* which of them is the command, 0 for none */
  } cases[] = {
    { { "koordinator" }, 0 },
    { { "koordinator", "app" }, 1 },
    { { "koordinator", "/app", "--" }, 1 },
    { { "koordinator", "" }, 1 },
    { { "koordinator", "--" }, 0 },
    { { "koordinator", "--", "app" }, 2 },
    { { "koordinator", "--", "version" }, 2 },
    { { "koordinator", "--", "-x" }, 2 },
    { { "koordinator", "--", "--" }, 2 },
    { { "koordinator", "-x/y" }, 0 },
    { { "koordinator", "-" }, 0 },
    { { "koordinator", "check" }, 0 },
    { { "koordinator", "version" }, 0 },
    { { "koordinator", "inject", "x" }, 0 },
    { { "koordinator", "versions" }, 1 },
    { { "koordinator", "./version" }, 1 },
  };
  check(command_of(0, NULL) == NULL, "no words at all");
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    char *argv[4] = { 0 };
    size_t argc = 0;
    for (; argc < 3 && cases[i].words[argc] != NULL; argc++) argv[argc] = (char *)cases[i].words[argc];
    char **command = command_of(argc, argv);
    check(command == (cases[i].first == 0 ? NULL : argv + cases[i].first), cases[i].words[argc - 1]);
  }
}

static void candidates(void) {
  static const struct {
    const char *path, *word;
    const char *all[3];
  } cases[] = {
    { "/a:/b", "x", { "/a/x", "/b/x" } },
    { "", "x", { "./x" } },
    { ":/b:", "x", { "./x", "/b/x", "./x" } },
    { "/a", "", { "" } },
  };
  /* its end is watched */
  char *room = malloc(PATH_MAX);
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    const char *path = cases[i].path;
    for (size_t n = 0; n < 3 && cases[i].all[n] != NULL; n++) {
      check(path != NULL, cases[i].path);
      if (path != NULL) path = write_candidate(room, path, cases[i].word);
      check(strcmp(room, cases[i].all[n]) == 0, cases[i].path);
    }
    check(path == NULL, "no folder is left");
  }
  char *folder = malloc(PATH_MAX + 1);
  for (size_t i = 0; i < PATH_MAX; i++) folder[i] = 'a';
  folder[PATH_MAX] = 0;
  write_candidate(room, folder, "x");
  check(*room == 0, "a path that is too long is none");
  folder[PATH_MAX - 3] = 0;
  write_candidate(room, folder, "x");
  check(length_of(room) == PATH_MAX - 1, "the longest path");
  folder[PATH_MAX - 3] = 'a', folder[PATH_MAX - 2] = 0;
  write_candidate(room, folder, "x");
  check(*room == 0, "one more is too long");
  free(folder);
  free(room);
  check(is_path("a/b") && is_path("/") && !is_path("a") && !is_path(""), "a path has a slash");
}

static void switches(void) {
  static const struct {
    const char *variable;
    int off;
  } cases[] = {
    { "KOORDINATOR_DISABLED=true", 1 },   { "KOORDINATOR_DISABLED=false", 0 },
    { "KOORDINATOR_DISABLED= true", 0 },  { "KOORDINATOR_DISABLED=true ", 0 },
    { "KOORDINATOR_DISABLED=", 0 },       { "KOORDINATOR_DISABLED", 0 },
    { "XKOORDINATOR_DISABLED=true", 0 },  { "KOORDINATOR_DISABLED_X=true", 0 },
  };
  for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
    uintptr_t one[] = { (uintptr_t) "KOORDINATOR_SPEC={}", (uintptr_t)cases[i].variable, 0 };
    check(is_switched_off(one) == cases[i].off, cases[i].variable);
  }
}

int main(void) {
  utf8();
  variables();
  vectors();
  mounts();
  reports();
  statuses();
  answers();
  questions();
  commands();
  candidates();
  switches();
  if (failures == 0) printf("all hold\n");
  return failures != 0;
}
