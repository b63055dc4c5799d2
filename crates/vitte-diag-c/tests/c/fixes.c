/* Fixes: patches and new texts. */
#include <errno.h>

#include "check.h"

/* What a function got. */
struct got {
  char text[1024];
  size_t len;
  int calls, fails_at;
  vd_file file;
};

static int get(void *user, const char *data, size_t len) {
  struct got *got = user;
  got->calls += 1;
  if (got->calls == got->fails_at) {
    return ENOSPC;
  }
  CHECK(got->len + len < sizeof got->text);
  memcpy(got->text + got->len, data, len);
  got->len += len;
  return 0;
}

static int get_file(void *user, vd_file file, const char *data, size_t len) {
  struct got *got = user;
  got->file = file;
  return get(user, data, len);
}

/* A warning with a suggestion that replaces the bytes `lo` to `hi`. */
static void suggest(vd_bag *bag, vd_file file, size_t lo, size_t hi, const char *text, vd_applicability applicability) {
  vd_span span = vd_span_of(file, lo, hi);
  vd_diagnostic *diagnostic = vd_diagnostic_new(VD_WARNING, NONE, span, vd_z(text));
  OK(vd_diagnostic_suggest(diagnostic, applicability, span, vd_z(text), vd_z("write it")));
  OK(vd_bag_push(bag, diagnostic));
}

int main(void) {
  vd_sources *sources = vd_sources_new();
  vd_file a = vd_sources_add(sources, vd_z("src/a.my"), vd_z("let x = 1\nlet y = 2\n"));
  vd_file b = vd_sources_add(sources, vd_z("b.my"), vd_z("z"));
  vd_bag *bag = vd_bag_new(NULL);
  struct got got;
  size_t applied = 7, rejected = 7;

  /* No suggestions. */
  memset(&got, 0, sizeof got);
  OK(vd_bag_write_patch(bag, sources, VD_UNSPECIFIED, get, &got, &applied, &rejected));
  CHECK(got.calls == 0 && applied == 0 && rejected == 0);

  suggest(bag, a, 4, 5, "count", VD_MACHINE_APPLICABLE);
  suggest(bag, a, 4, 5, "other", VD_MACHINE_APPLICABLE);
  suggest(bag, a, 14, 15, "w", VD_MAYBE_INCORRECT);
  suggest(bag, b, 0, 1, "<name>", VD_HAS_PLACEHOLDERS);
  OK(vd_bag_write_patch(bag, sources, VD_MACHINE_APPLICABLE, get, &got, &applied, &rejected));
  CHECK(got.calls == 1 && applied == 1 && rejected == 1);
  SAME(text_of(got.text, got.len), "--- a/src/a.my\n+++ b/src/a.my\n@@ -1,2 +1,2 @@\n-let x = 1\n+let count = 1\n let y = 2\n");

  memset(&got, 0, sizeof got);
  OK(vd_bag_apply_fixes(bag, sources, VD_MAYBE_INCORRECT, get_file, &got, NULL, NULL));
  CHECK(got.calls == 1 && got.file == a);
  SAME(text_of(got.text, got.len), "let count = 1\nlet w = 2\n");

  memset(&got, 0, sizeof got);
  OK(vd_bag_apply_fixes(bag, sources, VD_UNSPECIFIED, get_file, &got, &applied, NULL));
  CHECK(got.calls == 2 && got.file == b && applied == 3);

  /* A function that fails ends it, and the numbers are not written. */
  memset(&got, 0, sizeof got);
  got.fails_at = 1;
  applied = 7;
  FAILS(vd_bag_apply_fixes(bag, sources, VD_UNSPECIFIED, get_file, &got, &applied, NULL), VD_E_IO, "file 0");
  CHECK(got.calls == 1 && applied == 7);
  got.calls = 0;
  FAILS(vd_bag_write_patch(bag, sources, VD_UNSPECIFIED, get, &got, &applied, NULL), VD_E_IO, "patch");
  CHECK(got.calls == 1 && applied == 7);
  FAILS(vd_bag_write_patch(bag, sources, VD_UNSPECIFIED, NULL, &got, &applied, NULL), VD_E_NULL, "callback");
  FAILS(vd_bag_apply_fixes(bag, sources, VD_UNSPECIFIED, NULL, &got, &applied, NULL), VD_E_NULL, "callback");
  FAILS(vd_bag_write_patch(bag, sources, (vd_applicability)99, get, &got, NULL, NULL), VD_E_ARGUMENT, "99");

  OK(vd_bag_free(bag));
  OK(vd_sources_free(sources));
  return finished();
}
