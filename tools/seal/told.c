/*
 * What stands in the files by which `koordinator probe` knows of the command: the mounts of the container
 * (proc_pid_mountinfo(5)), the report and the status of its supervisor. The latter are read as
 * lib/state_directory writes them, key behind key; whatever else stands there is not understood, and left
 * to the program.
 */
#include "told.h"

int pass(struct text *text, const char *expected) {
  size_t length = length_of(expected);
  if (text->length < length) return 0;
  for (size_t i = 0; i < length; i++)
    if (text->at[i] != expected[i]) return 0;
  text->at += length;
  text->length -= length;
  return 1;
}

/* Takes what stands before a character, and moves to it; 0 if there is no such character. */
static int take(struct text *text, char end, struct text *taken) {
  size_t length = 0;
  while (length < text->length && text->at[length] != end) length++;
  if (length == text->length) return 0;
  *taken = (struct text){ text->at, length };
  text->at += length;
  text->length -= length;
  return 1;
}

/* Takes the rest of a JSON string without escapes. */
static int take_word(struct text *text, struct text *word) {
  if (!take(text, '"', word)) return 0;
  for (size_t i = 0; i < word->length; i++)
    if (word->at[i] == '\\') return 0;
  return 1;
}

int are_equal(struct text one, struct text other) {
  if (one.length != other.length) return 0;
  for (size_t i = 0; i < one.length; i++)
    if (one.at[i] != other.at[i]) return 0;
  return 1;
}

int add(struct text *to, size_t room, struct text text) {
  if (room - to->length < text.length) return 0;
  copy((char *)to->at + to->length, text.at, text.length);
  to->length += text.length;
  return 1;
}

/* Takes the last part of a path, and the slash before it. */
static int take_last(struct text *path, struct text *part) {
  size_t from = path->length;
  while (from > 0 && path->at[from - 1] != '/') from--;
  if (from == 0) return 0;
  *part = (struct text){ path->at + from, path->length - from };
  path->length = from - 1;
  return 1;
}

static int is_hexadecimal(struct text text) {
  for (size_t i = 0; i < text.length; i++)
    if (!((text.at[i] >= '0' && text.at[i] <= '9') || (text.at[i] >= 'a' && text.at[i] <= 'f'))) return 0;
  return text.length > 0;
}

int read_mount(struct text line, struct text *pod, struct text *container) {
  struct text root = { line.at, 0 };
  for (int field = 0; field < 4; field++)
    if (!take(&line, ' ', &root) || !pass(&line, " ")) return 0;
  struct text attempt, containers, pods;
  return take_last(&root, &attempt) && is_hexadecimal(attempt) && take_last(&root, container) &&
         container->length > 0 && take_last(&root, &containers) && are_equal(containers, TEXT("containers")) &&
         take_last(&root, pod) && pod->length > 0 && take_last(&root, &pods) && are_equal(pods, TEXT("pods"));
}

int read_report(struct text text, const char *container, struct text pod, struct report *report) {
  struct text word;
  if (text.length < 2 || text.at[text.length - 2] != '}' || text.at[text.length - 1] != '\n') return 0;
  if (!pass(&text, "{\"version\":2,\"container\":\"") || !pass(&text, container)) return 0;
  if (!pass(&text, "\",\"run\":\"") || !take_word(&text, &word)) return 0;
  if (pass(&text, "\",\"pod\":\"")) {
    if (!take_word(&text, &word)) return 0;
    if (pod.length > 0 && !are_equal(word, pod)) return 0;
  }
  return pass(&text, "\",\"sandbox\":\"") && take_word(&text, &word) && pass(&text, "\",\"at\":\"") &&
         take_word(&text, &report->at) && pass(&text, "\",\"phase\":\"") && take_word(&text, &report->phase);
}

/* RFC 3339 in UTC, as long as each other: their order is that of their characters. */
static int is_before(struct text one, struct text other) {
  for (size_t i = 0; i < one.length && i < other.length; i++)
    if (one.at[i] != other.at[i]) return one.at[i] < other.at[i];
  return 0;
}

/* Copies a JSON string's characters; 0 if there is no room or no end, or an escape that is not one of itself. */
static int unescape(struct text from, struct text *to) {
  size_t length = 0, i = 0;
  for (; i < from.length && from.at[i] != '"'; i++) {
    if (from.at[i] == '\\' && ++i < from.length && from.at[i] != '"' && from.at[i] != '\\') return 0;
    if (i == from.length || length == to->length) return 0;
    ((char *)to->at)[length++] = from.at[i];
  }
  to->length = length;
  return i < from.length;
}

int read_missing(struct text text, const char *container, struct text since, struct text *missing) {
  struct text word, at;
  if (!pass(&text, "{\"container\":\"") || !pass(&text, container)) return 0;
  if (!pass(&text, "\",\"phase\":\"waiting\",\"since\":\"") || !take_word(&text, &word)) return 0;
  if (!pass(&text, "\",\"at\":\"") || !take_word(&text, &at) || is_before(at, since)) return 0;
  return pass(&text, "\",\"missing\":\"") && unescape(text, missing);
}
