/* Builds and writes diagnostics like `cost.rs`, and prints the nanoseconds per diagnostic: to build, and to write. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "vitte_diag.h"

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int count(void *user, const char *data, size_t len) {
  (void)data;
  *(size_t *)user += len;
  return 0;
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "input.my";
  int rounds = argc > 2 ? atoi(argv[2]) : 5;
  vd_sources *sources = vd_sources_new();
  vd_file file = vd_sources_load(sources, vd_z(path));
  double build = 1e18, write = 1e18;
  size_t bytes = 0;
  static char messages[10000][24];
  size_t line;
  int round;
  if (file == VD_NO_FILE) {
    fprintf(stderr, "%s\n", vd_last_error());
    return 1;
  }
  for (line = 0; line < 10000; line++) {
    snprintf(messages[line], sizeof messages[line], "unknown name %zu", line);
  }
  for (round = 0; round < rounds; round++) {
    vd_bag *bag = vd_bag_new(NULL);
    vd_emitter *emitter = vd_emitter_new(vd_z("human"));
    double start = now(), end;
    for (line = 1; line < 10000; line++) {
      /* Lines have 20 bytes. */
      size_t at = line * 20;
      vd_diagnostic *error =
          vd_diagnostic_new(VD_ERROR, vd_z("E0042"), vd_span_of(file, at + 8, at + 12), vd_z(messages[line]));
      vd_diagnostic_set_label(error, vd_z("not found"));
      vd_diagnostic_add_label(error, VD_SECONDARY, vd_span_of(file, at - 16, at - 15), vd_z("declared here"));
      vd_diagnostic_add_help(error, vd_z("declare it before its use"));
      vd_bag_push(bag, error);
    }
    end = now();
    if (end - start < build) build = end - start;
    bytes = 0;
    vd_emitter_to_callback(emitter, count, &bytes);
    start = now();
    vd_bag_emit(bag, sources, emitter);
    end = now();
    if (end - start < write) write = end - start;
    vd_emitter_free(emitter);
    vd_bag_free(bag);
  }
  printf("%.1f %.1f %zu\n", build / 9999, write / 9999, bytes);
  vd_sources_free(sources);
  return vd_handle_count() == 0 ? 0 : 1;
}
