/* A lexer that reports the characters that it does not know. */
#include <ctype.h>
#include <string.h>
#include <vitte_diag.h>

static bool is_known(unsigned char c) {
  return isalnum(c) || isspace(c) || strchr("=+-*/()", c) != NULL;
}

int main(void) {
  const char *text = "let x = @\n";
  vd_sources *sources = vd_sources_new();
  vd_file file = vd_sources_add(sources, vd_z("src/main.vitte"), vd_z(text));
  vd_bag *bag = vd_bag_new(NULL);
  for (size_t at = 0; text[at] != 0; at++) {
    if (!is_known((unsigned char)text[at])) {
      char message[32];
      snprintf(message, sizeof message, "illegal character `%c`", text[at]);
      vd_diagnostic *error = diag_error("LEX0001", vd_span_of(file, at, at + 1), message);
      vd_diagnostic_add_help(error, vd_z("remove it"));
      vd_bag_push(bag, error);
    }
  }
  diag_emit_human(bag, sources, false);
  bool failed = vd_bag_has_errors(bag);
  vd_bag_free(bag);
  vd_sources_free(sources);
  return failed ? 1 : 0;
}
