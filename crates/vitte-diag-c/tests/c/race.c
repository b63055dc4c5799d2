/* A data race on purpose: a borrowed text is changed while the library reads it. ThreadSanitizer has to find it. */
#include <pthread.h>
#include <vitte_diag.h>

static char text[] = "let x = @\n";

static void *change(void *unused) {
  int at;
  for (at = 0; at < 100000; at++) {
    text[4] = (char)('a' + at % 20);
  }
  return unused;
}

int main(void) {
  pthread_t thread;
  vd_sources *sources = vd_sources_new();
  vd_bag *bag = vd_bag_new(NULL);
  vd_file file = vd_sources_borrow(sources, vd_z("a.my"), vd_z(text), NULL, NULL);
  int at;
  vd_bag_push(bag, diag_error("E0001", vd_span_of(file, 8, 9), "illegal character `@`"));
  pthread_create(&thread, NULL, change, NULL);
  for (at = 0; at < 100; at++) {
    vd_emitter *emitter = vd_emitter_new(vd_z("human"));
    vd_emitter_to_buffer(emitter);
    vd_bag_emit(bag, sources, emitter);
    vd_emitter_free(emitter);
  }
  pthread_join(thread, NULL);
  vd_bag_free(bag);
  vd_sources_free(sources);
  return 0;
}
