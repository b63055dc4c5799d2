/* Checks of the tests: what is wrong is printed, and main() returns the number of failures. */
#ifndef CHECK_H
#define CHECK_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vitte_diag.h>

static int failures = 0;

#define CHECK(condition) check((condition), __FILE__, __LINE__, #condition)
/* A call that succeeds. */
#define OK(call) check_status((call), VD_OK, NULL, __FILE__, __LINE__, #call)
/* A call that fails with a status, and with a text that contains `text`. */
#define FAILS(call, status, text) check_status((call), (status), (text), __FILE__, __LINE__, #call)
/* A call that returns NULL, VD_NO_FILE or another value instead of a status. */
#define RETURNS(call, value, status, text) \
  check_status((call) == (value) ? vd_last_status() : VD_OK, (status), (text), __FILE__, __LINE__, #call)
/* Two texts. */
#define SAME(text, expected) check_text((text), (expected), __FILE__, __LINE__)
#define CONTAINS(text, part) check_part((text), (part), __FILE__, __LINE__)

static inline void check(int condition, const char *file, int line, const char *what) {
  if (!condition) {
    fprintf(stderr, "%s:%d: %s; last error: %s\n", file, line, what, vd_last_error());
    failures += 1;
  }
}

static inline void check_status(vd_status got, vd_status expected, const char *text, const char *file, int line,
                                const char *what) {
  if (got != expected) {
    fprintf(stderr, "%s:%d: %s: expected %s, got %s; last error: %s\n", file, line, what, vd_status_name(expected),
            vd_status_name(got), vd_last_error());
    failures += 1;
  } else if (text != NULL && (vd_last_status() != expected || strstr(vd_last_error(), text) == NULL)) {
    fprintf(stderr, "%s:%d: %s: expected \"%s\" in %s \"%s\"\n", file, line, what, text,
            vd_status_name(vd_last_status()), vd_last_error());
    failures += 1;
  }
}

static inline void check_text(vd_str text, const char *expected, const char *file, int line) {
  if (text.len != strlen(expected) || (text.len > 0 && memcmp(text.data, expected, text.len) != 0)) {
    fprintf(stderr, "%s:%d: expected:\n%s\ngot:\n%.*s\n", file, line, expected, (int)text.len, text.data);
    failures += 1;
  }
}

static inline void check_part(vd_str text, const char *part, const char *file, int line) {
  size_t len = strlen(part);
  size_t at;
  for (at = 0; at + len <= text.len; at++) {
    if (memcmp(text.data + at, part, len) == 0) {
      return;
    }
  }
  fprintf(stderr, "%s:%d: expected \"%s\" in:\n%.*s\n", file, line, part, (int)text.len, text.data);
  failures += 1;
}

/* A text with a length, which may contain NUL. */
#define TEXT(literal) text_of((literal), sizeof(literal) - 1)

static inline vd_str text_of(const char *data, size_t len) {
  vd_str text;
  text.data = data;
  text.len = len;
  return text;
}

/* No text. */
#define NONE text_of(NULL, 0)

/* What is wrong with these texts is found before they are read. */
#define HUGE_NULL text_of(NULL, SIZE_MAX)
#define HUGE_TEXT text_of("x", SIZE_MAX)

/* Writes one diagnostic, and returns the output, which is valid until the emitter is freed. */
static inline vd_str shown(vd_emitter *emitter, const vd_sources *sources, const vd_diagnostic *diagnostic) {
  vd_str output = {NULL, 0};
  OK(vd_emitter_clear_buffer(emitter));
  OK(vd_emitter_emit(emitter, sources, diagnostic));
  OK(vd_emitter_finish(emitter));
  OK(vd_emitter_buffer(emitter, &output));
  return output;
}

static inline vd_emitter *buffered(const char *format) {
  vd_emitter *emitter = vd_emitter_new(vd_z(format));
  OK(vd_emitter_to_buffer(emitter));
  return emitter;
}

/* Every handle must have been freed at the end. */
static inline int finished(void) {
  if (vd_handle_count() != 0) {
    fprintf(stderr, "%zu handles were not freed\n", vd_handle_count());
    failures += 1;
  }
  return failures > 0;
}

#endif
