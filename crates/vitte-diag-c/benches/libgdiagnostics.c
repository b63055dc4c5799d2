/* Builds and writes with libgdiagnostics what `cost.c` does, and prints the nanoseconds per diagnostic.
 *
 *     cc -O2 libgdiagnostics.c -lgdiagnostics && ./a.out INPUT ROUNDS
 *
 * INPUT has 10,000 lines of 20 bytes, such as `let x = name +    0`. The library writes when a diagnostic is finished. */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>

#include <libgdiagnostics.h>

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static ssize_t count(void *user, const char *data, size_t len) {
  (void)data;
  *(size_t *)user += len;
  return (ssize_t)len;
}

int main(int argc, char **argv) {
  const char *path = argc > 1 ? argv[1] : "input.my";
  int rounds = argc > 2 ? atoi(argv[2]) : 5;
  static char messages[10000][24];
  double best = 1e18;
  size_t bytes = 0;
  unsigned line;
  int round;
  for (line = 0; line < 10000; line++) {
    snprintf(messages[line], sizeof messages[line], "unknown name %u", line);
  }
  for (round = 0; round < rounds; round++) {
    cookie_io_functions_t functions = {NULL, count, NULL, NULL};
    FILE *out = fopencookie(&bytes, "w", functions);
    diagnostic_manager *manager = diagnostic_manager_new();
    const diagnostic_file *file = diagnostic_manager_new_file(manager, path, NULL);
    double start, end;
    diagnostic_manager_add_text_sink(manager, out, DIAGNOSTIC_COLORIZE_NO);
    bytes = 0;
    start = now();
    for (line = 1; line < 10000; line++) {
      const diagnostic_physical_location *from =
          diagnostic_manager_new_location_from_file_line_column(manager, file, line + 1, 9);
      const diagnostic_physical_location *to =
          diagnostic_manager_new_location_from_file_line_column(manager, file, line + 1, 12);
      const diagnostic_physical_location *span = diagnostic_manager_new_location_from_range(manager, from, from, to);
      const diagnostic_physical_location *other =
          diagnostic_manager_new_location_from_file_line_column(manager, file, line, 5);
      diagnostic *error = diagnostic_begin(manager, DIAGNOSTIC_LEVEL_ERROR);
      diagnostic_set_location(error, span); /* Its label has a function in the header only. */
      diagnostic_add_location_with_label(error, other, "declared here");
      diagnostic_finish(error, "%s", messages[line]);
      error = diagnostic_begin(manager, DIAGNOSTIC_LEVEL_NOTE);
      diagnostic_finish(error, "%s", "declare it before its use");
    }
    fflush(out);
    end = now();
    if (end - start < best) best = end - start;
    diagnostic_manager_release(manager);
    fclose(out);
  }
  printf("%.1f %zu\n", best / 9999, bytes);
  return 0;
}
