/* What the full layer adds: labels in two files, a trace, children, suggestions, levels, pages, and other formats. */
#include <vitte_diag.h>

static const char PAGE[] =
    "# W0100: unused variable\n\n"
    "- Severity: warning\n- Phase: names\n- Since: 1.0.0\n\n"
    "The value of the variable is never read.\n\n"
    "## Example\n\n```my\nlet extra = 1\n```\n\n"
    "## Corrected\n\n```my\nlet _extra = 1\n```\n";

/* A location that the parser has as line, column and length. */
static vd_span place(vd_sources *sources, vd_file file, uint32_t line, uint32_t column, size_t len) {
  size_t lo = 0;
  vd_sources_offset(sources, file, line, column, VD_CHARACTERS, &lo);
  return vd_span_of(file, lo, lo + len);
}

/* An error in a function, which is the fault of its caller in another file. */
static vd_diagnostic *wrong_type(vd_sources *sources, vd_file lib, vd_file program) {
  char text[80];
  vd_str message = vd_format(text, sizeof text, "cannot multiply `%s` by `%s`", "str", "int");
  vd_diagnostic *error = vd_diagnostic_new(VD_ERROR, vd_z("E0100"), place(sources, lib, 2, 7, 14), message);
  vd_diagnostic_set_label(error, vd_z("`*` needs two numbers"));
  vd_diagnostic_add_label(error, VD_SECONDARY, place(sources, program, 3, 17, 3), vd_z("this is a `str`"));
  vd_diagnostic_add_step(error, VD_CALL, place(sources, program, 3, 12, 12), vd_z("called here"));
  vd_diagnostic_add_child(error, VD_NOTE, vd_z("a parameter without a type accepts every value"));
  vd_diagnostic_add_child_label(error, VD_PRIMARY, place(sources, lib, 1, 9, 5), vd_z("no type"));
  return error;
}

/* A warning with two ways to fix it. */
static vd_diagnostic *unused(vd_sources *sources, vd_file program) {
  vd_span name = place(sources, program, 2, 5, 5);
  vd_edit rename = {vd_span_of(program, name.lo, name.lo), vd_z("_")};
  vd_diagnostic *warning = vd_diagnostic_new(VD_WARNING, vd_z("W0100"), name, vd_z("unused variable `extra`"));
  vd_diagnostic_add_tag(warning, VD_UNNECESSARY);
  vd_diagnostic_suggest(warning, VD_MAYBE_INCORRECT, place(sources, program, 2, 1, 14), vd_z(""),
                        vd_z("remove the variable, or mark it as unused"));
  vd_diagnostic_add_alternative(warning, &rename, 1);
  return warning;
}

/* Human output, collected in a buffer. */
static void print_human(const vd_bag *bag, const vd_sources *sources) {
  vd_str output = vd_z("");
  vd_emitter *emitter = vd_emitter_new(vd_z("human"));
  vd_emitter_set_color(emitter, VD_COLOR_NEVER);
  vd_emitter_to_buffer(emitter);
  vd_bag_emit(bag, sources, emitter);
  vd_emitter_buffer(emitter, &output);
  printf("%.*s", (int)output.len, output.data);
  vd_emitter_free(emitter);
}

/* SARIF, written to a FILE. */
static vd_status write_sarif(const vd_bag *bag, const vd_sources *sources, const vd_tool *tool, FILE *file) {
  vd_emitter *emitter = vd_emitter_new(vd_z("sarif"));
  vd_emitter_set_tool(emitter, tool);
  vd_emitter_to_file(emitter, file);
  vd_status status = vd_bag_emit(bag, sources, emitter);
  vd_emitter_free(emitter);
  return status;
}

int main(void) {
  vd_tool *tool = vd_tool_new(vd_z("mycc"), vd_z("1.0.0"));
  vd_tool_add_code(tool, vd_z("E0100"), VD_ERROR);
  if (vd_tool_add_page(tool, vd_z(PAGE)) != VD_OK) {
    fprintf(stderr, "mycc: %s\n", vd_last_error());
  }
  vd_tool_set_codes_url(tool, vd_z("https://example.org/mycc/"));

  vd_policy *policy = vd_policy_new(tool);
  if (vd_policy_set_level(policy, vd_z("W0010"), VD_DENY) != VD_OK) {
    printf("%s: %s\n\n", vd_status_name(vd_last_status()), vd_last_error());
  }
  vd_policy_set_level(policy, vd_z("warnings"), VD_DENY);

  vd_sources *sources = vd_sources_new();
  vd_file lib = vd_sources_add(sources, vd_z("lib.my"), vd_z("fn area(width, height)\n  ret width * height\nend\n"));
  vd_file program =
      vd_sources_add(sources, vd_z("main.my"), vd_z("import lib\nlet extra = 1\nlet size = area(\"3\", 4)\n"));
  vd_bag *bag = vd_bag_new(policy);
  vd_bag_push(bag, wrong_type(sources, lib, program));
  vd_bag_push(bag, unused(sources, program));

  print_human(bag, sources);
  vd_str page;
  if (vd_explain(tool, vd_z("W0100"), &page) == VD_OK) {
    printf("\n%.*s\n", (int)page.len, page.data);
  }
  vd_status status = write_sarif(bag, sources, tool, stdout);
  if (status != VD_OK) {
    fprintf(stderr, "mycc: %s\n", vd_last_error());
  }
  bool failed = status != VD_OK || vd_bag_has_errors(bag);
  vd_bag_free(bag);
  vd_policy_free(policy);
  vd_sources_free(sources);
  vd_tool_free(tool);
  return failed ? 1 : 0;
}
