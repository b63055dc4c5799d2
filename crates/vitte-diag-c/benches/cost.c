/* Builds and writes diagnostics like `cost.rs`, and prints the nanoseconds per diagnostic: to build, and to write. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
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
  vd_str text;
  double build = 1e18, write = 1e18;
  size_t bytes = 0, lines = 0;
  int round;
  if (vd_sources_text(sources, file, &text) != VD_OK) {
    fprintf(stderr, "%s\n", vd_last_error());
    return 1;
  }
  for (round = 0; round < rounds; round++) {
    vd_bag *bag = vd_bag_new(NULL);
    vd_emitter *emitter = vd_emitter_new(vd_z("human"));
    double start = now(), end;
    const char *line = text.data, *stop = text.data + text.len;
    lines = 0;
    while (line < stop) {
      uint32_t at = (uint32_t)(line - text.data);
      vd_span span = {file, at + 8, at + 12}, other = {file, at + 4, at + 5};
      char message[64];
      vd_diagnostic *error = vd_diagnostic_new(
          VD_ERROR, vd_z("E0042"), span, vd_format(message, sizeof message, "unknown name %d", (int)lines));
      vd_diagnostic_set_label(error, vd_z("not found"));
      vd_diagnostic_add_label(error, VD_SECONDARY, other, vd_z("declared here"));
      vd_diagnostic_add_help(error, vd_z("declare it before its use"));
      vd_bag_push(bag, error);
      lines++;
      line = (const char *)memchr(line, '\n', (size_t)(stop - line)) + 1;
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
  printf("%.1f %.1f %zu\n", build / (double)lines, write / (double)lines, bytes);
  vd_sources_free(sources);
  return vd_handle_count() == 0 ? 0 : 1;
}
