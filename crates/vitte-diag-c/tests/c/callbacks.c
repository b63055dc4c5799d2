/* Callbacks that call the library. */
#include "check.h"

static vd_sources *sources;
static vd_file file;
static vd_bag *bag;
static vd_emitter *emitter;
static FILE *output;
static int calls = 0;

/* Is called while the emitter is written to, and the bag and the sources are read. */
static int nosy(void *user, const char *data, size_t len) {
  vd_str text;
  size_t count = 0;
  vd_bag *other = vd_bag_new(NULL);
  vd_diagnostic *error = diag_error(NULL, vd_span_of(file, 0, 1), "from a callback");
  (void)user;
  (void)data;
  CHECK(len > 0);
  calls += 1;
  FAILS(vd_emitter_finish(emitter), VD_E_BUSY, "the `vd_emitter` is in use; a callback cannot change or free it");
  FAILS(vd_emitter_free(emitter), VD_E_BUSY, "`vd_emitter` is in use");
  FAILS(vd_emitter_emit(emitter, sources, error), VD_E_BUSY, "`vd_emitter` is in use");
  FAILS(vd_emitter_buffer(emitter, &text), VD_E_BUSY, "`vd_emitter` is in use");
  FAILS(vd_bag_emit(bag, sources, emitter), VD_E_BUSY, "`vd_emitter` is in use");
  FAILS(vd_bag_push(bag, error), VD_E_BUSY, "`vd_bag` is in use");
  FAILS(vd_bag_free(bag), VD_E_BUSY, "`vd_bag` is in use");
  RETURNS(vd_sources_add(sources, vd_z("b"), NONE), VD_NO_FILE, VD_E_BUSY, "`vd_sources` is in use");
  FAILS(vd_sources_remove(sources, file), VD_E_BUSY, "`vd_sources` is in use");
  FAILS(vd_sources_free(sources), VD_E_BUSY, "`vd_sources` is in use");

  /* A merge that fails loses nothing. */
  OK(vd_bag_push(other, error));
  FAILS(vd_bag_merge(bag, other), VD_E_BUSY, "`vd_bag` is in use");
  FAILS(vd_bag_merge(other, bag), VD_E_BUSY, "`vd_bag` is in use");
  OK(vd_bag_len(other, &count));
  CHECK(count == 1);

  /* It may read, and use other objects. */
  OK(vd_sources_text(sources, file, &text));
  OK(vd_bag_len(bag, &count));
  CHECK(count == 1);
  OK(diag_emit_json(bag, sources, output));
  OK(vd_bag_free(other));
  return 0;
}

/* Releases a text, and frees another object. */
static void release(void *user, const char *data, size_t len) {
  (void)data;
  (void)len;
  calls += 1;
  OK(vd_bag_free(user));
}

/* Releases a text in the call that failed to add it. */
static void release_nosy(void *user, const char *data, size_t len) {
  (void)user;
  (void)data;
  (void)len;
  calls += 1;
  CHECK(vd_sources_free(sources) == VD_E_BUSY || vd_last_status() != VD_OK);
}

/* Creates an object of the type whose handle was not valid, perhaps in the same slot. */
static void release_and_create(void *user, const char *data, size_t len) {
  vd_sources *created = vd_sources_new();
  (void)user;
  (void)data;
  (void)len;
  calls += 1;
  CHECK(created != NULL);
  OK(vd_sources_free(created));
}

/* Emits from inside of the output of another emitter. */
static int nested(void *user, const char *data, size_t len) {
  int *depth = user;
  (void)data;
  (void)len;
  if (*depth > 0) {
    vd_emitter *inner = vd_emitter_new(vd_z("short"));
    *depth -= 1;
    OK(vd_emitter_to_callback(inner, nested, depth));
    OK(vd_bag_emit(bag, sources, inner));
    OK(vd_emitter_free(inner));
  }
  return 0;
}

int main(void) {
  vd_sources *others = vd_sources_new();
  vd_bag *freed = vd_bag_new(NULL);
  int depth = 20;
  output = fopen("output", "wb");
  sources = vd_sources_new();
  file = vd_sources_add(sources, vd_z("a.my"), vd_z("let x = @\n"));
  bag = vd_bag_new(NULL);
  OK(vd_bag_push(bag, diag_error("E0001", vd_span_of(file, 8, 9), "illegal character `@`")));
  emitter = vd_emitter_new(vd_z("human"));
  OK(vd_emitter_to_callback(emitter, nosy, NULL));
  OK(vd_bag_emit(bag, sources, emitter));
  CHECK(calls == 1);
  OK(vd_emitter_free(emitter));

  emitter = vd_emitter_new(vd_z("short"));
  OK(vd_emitter_to_callback(emitter, nested, &depth));
  OK(vd_bag_emit(bag, sources, emitter));
  CHECK(depth == 0);
  OK(vd_emitter_free(emitter));

  calls = 0;
  OK(vd_sources_free(others));
  RETURNS(vd_sources_borrow(others, vd_z("a"), vd_z("text"), release_and_create, NULL), VD_NO_FILE, VD_E_STALE, "freed");
  CHECK(calls == 1);
  others = vd_sources_new();

  calls = 0;
  CHECK(vd_sources_borrow(others, vd_z("a"), vd_z("text"), release, freed) == 0);
  OK(vd_sources_free(others));
  CHECK(calls == 1);
  OK(vd_bag_free(bag));
  /* Free with a callback that uses the same sources: they are freed already. */
  CHECK(vd_sources_borrow(sources, vd_z("b"), vd_z("text"), release_nosy, NULL) == 1);
  OK(vd_sources_free(sources));
  CHECK(calls == 2);
  fclose(output);
  return finished();
}
