/* Source files and spans. */
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

/* How often, and with what, the texts were released. */
struct released {
  int count;
  const char *data;
  size_t len;
};

static void release(void *user, const char *data, size_t len) {
  struct released *released = user;
  released->count += 1;
  released->data = data;
  released->len = len;
}

static void borrowed(void) {
  static const char text[] = "let x = 1\n";
  static const char invalid[] = "let \xff = 1\n";
  struct released released = {0, NULL, 0};
  vd_sources *sources = vd_sources_new();
  vd_str found;
  vd_file file;

  /* Released when the sources are freed. */
  file = vd_sources_borrow(sources, vd_z("a"), TEXT("let x = 1\n"), NULL, NULL);
  CHECK(file == 0);
  file = vd_sources_borrow(sources, vd_z("b"), vd_z(text), release, &released);
  CHECK(file == 1 && released.count == 0);
  OK(vd_sources_text(sources, file, &found));
  CHECK(found.data == text && found.len == sizeof text - 1);
  OK(vd_sources_free(sources));
  CHECK(released.count == 1 && released.data == text && released.len == sizeof text - 1);

  /* Released when the file is removed. */
  sources = vd_sources_new();
  released.count = 0;
  file = vd_sources_borrow(sources, vd_z("b"), vd_z(text), release, &released);
  OK(vd_sources_remove(sources, file));
  CHECK(released.count == 1);
  FAILS(vd_sources_remove(sources, file), VD_E_NOT_FOUND, "removed");
  FAILS(vd_sources_text(sources, file, &found), VD_E_NOT_FOUND, "removed");

  /* Text that is not UTF-8 is copied, and released at once. */
  file = vd_sources_borrow(sources, vd_z("c"), vd_z(invalid), release, &released);
  CHECK(file == 1 && released.count == 2 && released.data == invalid);
  OK(vd_sources_text(sources, file, &found));
  SAME(found, invalid);

  /* No text. */
  file = vd_sources_borrow(sources, vd_z("d"), NONE, release, &released);
  CHECK(file == 2 && released.count == 2);
  OK(vd_sources_text(sources, file, &found));
  CHECK(found.len == 0);
  OK(vd_sources_free(sources));
  CHECK(released.count == 3 && released.len == 0);

  /* Failures. */
  released.count = 0;
  RETURNS(vd_sources_borrow(NULL, vd_z("a"), vd_z(text), release, &released), VD_NO_FILE, VD_E_NULL, "`vd_sources` is NULL");
  CHECK(released.count == 1);
  RETURNS(vd_sources_borrow(sources, vd_z("a"), vd_z(text), release, &released), VD_NO_FILE, VD_E_STALE, "freed");
  CHECK(released.count == 2);
  sources = vd_sources_new();
  RETURNS(vd_sources_borrow(sources, vd_z("a"), HUGE_NULL, release, &released), VD_NO_FILE, VD_E_ARGUMENT, "is NULL, but has");
  CHECK(released.count == 3 && released.len == SIZE_MAX);
  RETURNS(vd_sources_borrow(sources, vd_z("a"), HUGE_TEXT, release, &released), VD_NO_FILE, VD_E_ARGUMENT, "a text has");
  CHECK(released.count == 4);
  RETURNS(vd_sources_borrow(sources, HUGE_NULL, vd_z(text), release, &released), VD_NO_FILE, VD_E_ARGUMENT, "is NULL, but has");
  CHECK(released.count == 5);
  CHECK(vd_sources_add(sources, vd_z("a"), NONE) == 0);
  OK(vd_sources_free(sources));
  CHECK(released.count == 5);
}

static void from_disk(void) {
  vd_sources *sources = vd_sources_new();
  vd_str found;
  vd_file file;
  char dir[1024];
  FILE *written = fopen("loaded.txt", "wb");
  fputs("one\ntwo\n", written);
  fclose(written);

  file = vd_sources_load(sources, vd_z("loaded.txt"));
  CHECK(file == 0);
  OK(vd_sources_text(sources, file, &found));
  SAME(found, "one\ntwo\n");
  OK(vd_sources_path(sources, file, &found));
  SAME(found, "loaded.txt");
  RETURNS(vd_sources_load(sources, vd_z("missing.txt")), VD_NO_FILE, VD_E_IO, "missing.txt");
  RETURNS(vd_sources_load(sources, vd_z("/")), VD_NO_FILE, VD_E_ARGUMENT, "`/` is a directory");
  RETURNS(vd_sources_load(sources, vd_z("/dev/zero")), VD_NO_FILE, VD_E_ARGUMENT, "is a character device");
  RETURNS(vd_sources_load(sources, NONE), VD_NO_FILE, VD_E_IO, "");
  RETURNS(vd_sources_load(sources, TEXT("loaded.txt\0")), VD_NO_FILE, VD_E_IO, "");
  RETURNS(vd_sources_load(sources, HUGE_NULL), VD_NO_FILE, VD_E_ARGUMENT, "is NULL, but has");
  OK(vd_sources_free(sources));

  /* Relative to a root. */
  CHECK(getcwd(dir, sizeof dir) == dir);
  sources = vd_sources_new_with_root(vd_z(dir));
  file = vd_sources_load(sources, vd_z("loaded.txt"));
  CHECK(file == 0);
  OK(vd_sources_path(sources, file, &found));
  SAME(found, "loaded.txt");
  OK(vd_sources_free(sources));
  RETURNS(vd_sources_new_with_root(HUGE_NULL), NULL, VD_E_ARGUMENT, "is NULL, but has");
}

/* Lines without the blanks around their text. */
static void lines(void) {
  vd_sources *sources = vd_sources_new();
  vd_file file = vd_sources_add(sources, vd_z("a"), vd_z("\tint x; \r\n   \n\xff"));
  vd_span span;

  OK(vd_sources_line_span(sources, file, 1, &span));
  CHECK(span.file == file && span.lo == 1 && span.hi == 7);
  OK(vd_sources_line_span(sources, file, 2, &span));
  CHECK(span.lo == span.hi && span.lo >= 10 && span.hi <= 13);
  OK(vd_sources_line_span(sources, file, 3, &span));
  CHECK(span.lo == 14 && span.hi == 15);
  FAILS(vd_sources_line_span(sources, file, 4, &span), VD_E_ARGUMENT, "line 4");
  FAILS(vd_sources_line_span(sources, file, 0, &span), VD_E_ARGUMENT, "");
  FAILS(vd_sources_line_span(sources, 9, 1, &span), VD_E_NOT_FOUND, "");
  FAILS(vd_sources_line_span(sources, file, 1, NULL), VD_E_NULL, "");
  OK(vd_sources_free(sources));
}

static void offsets(void) {
  vd_sources *sources = vd_sources_new();
  /* An emoji has four bytes, two UTF-16 units and two cells. */
  vd_file file = vd_sources_add(sources, vd_z("a"), vd_z("x\n\xf0\x9f\x98\x80y\n"));
  vd_span span = vd_span_of(7, 8, 9);
  const vd_span untouched = span;
  uint32_t line = 77, column = 78;
  size_t offset = 79;

  OK(vd_sources_span(sources, file, 2, 6, &span));
  CHECK(span.file == file && span.lo == 2 && span.hi == 6);
  OK(vd_sources_span(sources, file, 8, 8, &span));
  span = untouched;
  FAILS(vd_sources_span(sources, file, 2, 5, &span), VD_E_ARGUMENT, "character");
  FAILS(vd_sources_span(sources, file, 6, 2, &span), VD_E_ARGUMENT, "");
  FAILS(vd_sources_span(sources, file, 0, 9, &span), VD_E_ARGUMENT, "8");
  FAILS(vd_sources_span(sources, file, 0, SIZE_MAX, &span), VD_E_ARGUMENT, "");
  FAILS(vd_sources_span(sources, 1, 0, 1, &span), VD_E_NOT_FOUND, "");
  FAILS(vd_sources_span(sources, VD_NO_FILE, 0, 1, &span), VD_E_NOT_FOUND, "VD_NO_FILE");
  FAILS(vd_sources_span(sources, file, 0, 1, NULL), VD_E_NULL, "output parameter");
  CHECK(memcmp(&span, &untouched, sizeof span) == 0);

  OK(vd_sources_offset(sources, file, 2, 2, VD_CHARACTERS, &offset));
  CHECK(offset == 6);
  OK(vd_sources_offset(sources, file, 2, 3, VD_UTF16, &offset));
  CHECK(offset == 6);
  OK(vd_sources_offset(sources, file, 2, 5, VD_BYTES, &offset));
  CHECK(offset == 6);
  OK(vd_sources_offset(sources, file, 2, 3, VD_CELLS, &offset));
  CHECK(offset == 6);
  OK(vd_sources_offset(sources, file, 2, 3, VD_CHARACTERS, &offset));
  CHECK(offset == 7);
  offset = 79;
  FAILS(vd_sources_offset(sources, file, 0, 1, VD_BYTES, &offset), VD_E_ARGUMENT, "");
  FAILS(vd_sources_offset(sources, file, 1, 0, VD_BYTES, &offset), VD_E_ARGUMENT, "");
  FAILS(vd_sources_offset(sources, file, 1, 3, VD_BYTES, &offset), VD_E_ARGUMENT, "");
  FAILS(vd_sources_offset(sources, file, 2, 2, VD_BYTES, &offset), VD_E_ARGUMENT, "");
  FAILS(vd_sources_offset(sources, file, UINT32_MAX, UINT32_MAX, VD_CELLS, &offset), VD_E_ARGUMENT, "");
  FAILS(vd_sources_offset(sources, file, 1, 1, (vd_column_unit)4, &offset), VD_E_ARGUMENT, "4 is not a vd_column_unit");
  FAILS(vd_sources_offset(sources, 9, 1, 1, VD_BYTES, &offset), VD_E_NOT_FOUND, "");
  FAILS(vd_sources_offset(sources, file, 1, 1, VD_BYTES, NULL), VD_E_NULL, "output parameter");
  CHECK(offset == 79);

  OK(vd_sources_location(sources, vd_span_of(file, 6, 7), VD_CHARACTERS, &line, &column));
  CHECK(line == 2 && column == 2);
  OK(vd_sources_location(sources, vd_span_of(file, 6, 7), VD_CELLS, &line, &column));
  CHECK(line == 2 && column == 3);
  line = 77, column = 78;
  FAILS(vd_sources_location(sources, vd_span_of(file, 7, 6), VD_BYTES, &line, &column), VD_E_ARGUMENT, "");
  FAILS(vd_sources_location(sources, vd_span_of(file, 3, 4), VD_BYTES, &line, &column), VD_E_ARGUMENT, "");
  FAILS(vd_sources_location(sources, vd_span_of(file, 99, 99), VD_BYTES, &line, &column), VD_E_ARGUMENT, "");
  FAILS(vd_sources_location(sources, vd_span_of(VD_NO_FILE, 0, 0), VD_BYTES, &line, &column), VD_E_NOT_FOUND, "");
  FAILS(vd_sources_location(sources, vd_span_of(file, 0, 0), (vd_column_unit)-1, &line, &column), VD_E_ARGUMENT, "vd_column_unit");
  FAILS(vd_sources_location(sources, vd_span_of(file, 0, 0), VD_BYTES, NULL, &column), VD_E_NULL, "output parameter");
  FAILS(vd_sources_location(sources, vd_span_of(file, 0, 0), VD_BYTES, &line, NULL), VD_E_NULL, "output parameter");
  CHECK(line == 77 && column == 78);

  span = vd_span_of(file, SIZE_MAX, 1);
  CHECK(span.lo == UINT32_MAX && span.hi == 1);
  OK(vd_sources_free(sources));
}

static void texts_with_any_bytes(void) {
  vd_sources *sources = vd_sources_new();
  vd_str found = {NULL, 0};
  vd_file file = vd_sources_add(sources, TEXT("p\0q\n\xff"), TEXT("a\0b\n\xc3("));
  CHECK(file == 0);
  OK(vd_sources_text(sources, file, &found));
  CHECK(found.len == 6 && memcmp(found.data, "a\0b\n\xc3(", 6) == 0);
  OK(vd_sources_path(sources, file, &found));
  CHECK(found.len > 0);
  /* The same path again is another file. */
  CHECK(vd_sources_add(sources, TEXT("p\0q\n\xff"), NONE) == 1);
  CHECK(vd_sources_add(sources, NONE, NONE) == 2);
  RETURNS(vd_sources_add(sources, HUGE_NULL, NONE), VD_NO_FILE, VD_E_ARGUMENT, "is NULL, but has");
  RETURNS(vd_sources_add(sources, NONE, HUGE_TEXT), VD_NO_FILE, VD_E_ARGUMENT, "a text has");
  FAILS(vd_sources_path(sources, 3, &found), VD_E_NOT_FOUND, "");
  FAILS(vd_sources_path(sources, 0, NULL), VD_E_NULL, "output parameter");
  FAILS(vd_sources_text(sources, VD_NO_FILE, &found), VD_E_NOT_FOUND, "VD_NO_FILE");
  FAILS(vd_sources_text(sources, 0, NULL), VD_E_NULL, "output parameter");
  FAILS(vd_sources_remove(sources, VD_NO_FILE), VD_E_NOT_FOUND, "VD_NO_FILE");
  FAILS(vd_sources_remove(sources, 3), VD_E_NOT_FOUND, "");
  OK(vd_sources_free(NULL));
  OK(vd_sources_free(sources));
}

/* A text that is too large is neither read nor copied. */
static void too_large(void) {
  const size_t size = (size_t)5 << 30;
  vd_sources *sources = vd_sources_new();
  struct released released = {0, NULL, 0};
  void *pages = mmap(NULL, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  CHECK(pages != MAP_FAILED);
  RETURNS(vd_sources_add(sources, vd_z("big"), text_of(pages, size)), VD_NO_FILE, VD_E_LIMIT,
          "`big` is too large: 5368709120 bytes");
  RETURNS(vd_sources_borrow(sources, vd_z("big"), text_of(pages, size), release, &released),
          VD_NO_FILE, VD_E_LIMIT, "`big` is too large");
  CHECK(released.count == 1 && released.data == pages);
  munmap(pages, size);
  OK(vd_sources_free(sources));
}

int main(void) {
  borrowed();
  too_large();
  from_disk();
  lines();
  offsets();
  texts_with_any_bytes();
  return finished();
}
