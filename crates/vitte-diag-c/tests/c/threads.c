/* Threads: everything may be shared. */
#include <pthread.h>

#include "check.h"

enum { THREADS = 8, ROUNDS = 50 };

static vd_sources *sources;
static vd_bag *shared;
static vd_emitter *emitter;
static pthread_barrier_t start;
static int released = 0;

static void release(void *user, const char *data, size_t len) {
  (void)user;
  (void)data;
  (void)len;
  __atomic_fetch_add(&released, 1, __ATOMIC_SEQ_CST);
}

static int count(void *user, const char *data, size_t len) {
  (void)data;
  /* Without a lock: the library calls it by one thread at a time. */
  *(size_t *)user += len;
  return 0;
}

/* Adds files, reads and emits with the same objects as the other threads. */
static void *share(void *argument) {
  const int number = (int)(size_t)argument;
  vd_bag *own = vd_bag_new(NULL);
  int round;
  pthread_barrier_wait(&start);
  for (round = 0; round < ROUNDS; round++) {
    vd_emitter *mine = buffered(round % 2 == 0 ? "human" : "json");
    vd_str text = {NULL, 0};
    char message[64];
    vd_diagnostic *error;
    vd_file file = vd_sources_borrow(sources, vd_z("a"), vd_z("let x = @\n"), release, NULL);
    CHECK(file != VD_NO_FILE);
    OK(vd_sources_text(sources, file, &text));
    SAME(text, "let x = @\n");
    error = vd_diagnostic_new(VD_ERROR, vd_z("E0001"), vd_span_of(file, 8, 9),
                              vd_format(message, sizeof message, "error %d of %d", round, number));
    OK(vd_bag_push(own, vd_diagnostic_clone(error)));
    CONTAINS(shown(mine, sources, error), message);
    OK(vd_emitter_emit(emitter, sources, error));
    OK(vd_bag_push(shared, error));
    if (round % 16 == 0) {
      OK(vd_bag_emit(shared, sources, mine));
    }
    CHECK(vd_bag_has_errors(shared));
    FAILS(vd_sources_remove(sources, 1000000 + (vd_file)number), VD_E_NOT_FOUND, "");
    snprintf(message, sizeof message, "%d", 1000000 + number);
    CHECK(strstr(vd_last_error(), message) != NULL);
    OK(vd_emitter_free(mine));
  }
  return own;
}

/* Uses objects that other threads free. */
static void *race(void *argument) {
  vd_sources **racing = argument;
  int round;
  pthread_barrier_wait(&start);
  for (round = 0; round < ROUNDS; round++) {
    vd_status status = vd_sources_free(racing[round]);
    CHECK(status == VD_OK || status == VD_E_STALE);
    CHECK(vd_sources_add(racing[round], vd_z("a"), NONE) == VD_NO_FILE);
  }
  return NULL;
}

/* Merges two bags in both directions at the same time. */
static void *merge(void *argument) {
  vd_bag **pair = argument;
  int round;
  pthread_barrier_wait(&start);
  for (round = 0; round < ROUNDS; round++) {
    vd_status status = vd_bag_merge(pair[2 * round], pair[2 * round + 1]);
    CHECK(status == VD_OK || status == VD_E_STALE);
  }
  return NULL;
}

static void sharing(void) {
  pthread_t threads[THREADS];
  vd_bag *all = vd_bag_new(NULL);
  vd_emitter *mine = buffered("short");
  vd_str output;
  size_t written = 0, at, len;
  sources = vd_sources_new();
  shared = vd_bag_new(NULL);
  emitter = vd_emitter_new(vd_z("sarif"));
  OK(vd_emitter_to_callback(emitter, count, &written));
  pthread_barrier_init(&start, NULL, THREADS);
  for (at = 0; at < THREADS; at++) {
    pthread_create(&threads[at], NULL, share, (void *)at);
  }
  for (at = 0; at < THREADS; at++) {
    void *own;
    pthread_join(threads[at], &own);
    OK(vd_bag_merge(all, own));
  }
  pthread_barrier_destroy(&start);
  OK(vd_emitter_finish(emitter));
  CHECK(written > THREADS * ROUNDS * 100);
  OK(vd_bag_len(shared, &len));
  CHECK(len == THREADS * ROUNDS);
  OK(vd_bag_len(all, &len));
  CHECK(len == THREADS * ROUNDS);
  OK(vd_bag_emit(all, sources, mine));
  OK(vd_emitter_buffer(mine, &output));
  CONTAINS(output, "a:1:9: error[E0001]: error 49 of 7\n");
  OK(vd_emitter_free(mine));
  OK(vd_emitter_free(emitter));
  OK(vd_bag_free(all));
  OK(vd_bag_free(shared));
  OK(vd_sources_free(sources));
  CHECK(released == THREADS * ROUNDS);
}

static void racing(void) {
  static vd_sources *objects[ROUNDS];
  static vd_bag *bags[2][2 * ROUNDS];
  pthread_t threads[4];
  int at;
  for (at = 0; at < ROUNDS; at++) {
    objects[at] = vd_sources_new();
    bags[0][2 * at] = bags[1][2 * at + 1] = vd_bag_new(NULL);
    bags[0][2 * at + 1] = bags[1][2 * at] = vd_bag_new(NULL);
  }
  pthread_barrier_init(&start, NULL, 4);
  pthread_create(&threads[0], NULL, race, objects);
  pthread_create(&threads[1], NULL, race, objects);
  pthread_create(&threads[2], NULL, merge, bags[0]);
  pthread_create(&threads[3], NULL, merge, bags[1]);
  for (at = 0; at < 4; at++) {
    pthread_join(threads[at], NULL);
  }
  pthread_barrier_destroy(&start);
  for (at = 0; at < ROUNDS; at++) {
    vd_status first = vd_bag_free(bags[0][2 * at]);
    vd_status second = vd_bag_free(bags[0][2 * at + 1]);
    CHECK((first == VD_OK) != (second == VD_OK));
  }
}

static void fail_late(void *number) {
  CHECK(vd_bag_len(NULL, NULL) == VD_E_NULL && vd_last_error() != NULL);
  vd_last_status();
  *(int *)number += 1;
}

static void *end(void *key) {
  static int calls = 0;
  FAILS(vd_bag_len(NULL, NULL), VD_E_NULL, "`vd_bag` is NULL");
  pthread_setspecific(*(pthread_key_t *)key, &calls);
  return &calls;
}

/* A function that fails while its thread ends. */
static void ending(void) {
  pthread_key_t key;
  pthread_t thread;
  void *calls;
  pthread_key_create(&key, fail_late);
  pthread_create(&thread, NULL, end, &key);
  pthread_join(thread, &calls);
  CHECK(*(int *)calls == 1);
  pthread_key_delete(key);
}

int main(void) {
  ending();
  sharing();
  racing();
  return finished();
}
