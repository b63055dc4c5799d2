/* Diagnostics, the simple layer, tools and pages. */
#include "check.h"

static vd_sources *sources;
static vd_file file;

static void everything(void) {
  vd_emitter *human = buffered("human");
  vd_edit edits[2];
  vd_diagnostic *error = diag_error("E0001", vd_span_of(file, 8, 9), "illegal character `@`");
  vd_diagnostic *copy;
  vd_severity severity;
  vd_str output;

  OK(vd_diagnostic_set_label(error, vd_z("not a token")));
  OK(diag_add_label(error, vd_span_of(file, 4, 5), VD_SECONDARY, "while reading this"));
  OK(vd_diagnostic_add_label(error, VD_SECONDARY, vd_span_of(file, 0, 3), NONE));
  OK(diag_add_note(error, "a note"));
  OK(vd_diagnostic_add_note(error, TEXT("another \xff note")));
  OK(vd_diagnostic_add_help(error, vd_z("some help")));
  OK(vd_diagnostic_add_tag(error, VD_UNNECESSARY));
  OK(vd_diagnostic_add_step(error, VD_INCLUDE, vd_span_of(file, 0, 3), vd_z("included here")));
  OK(vd_diagnostic_add_step(error, VD_CALL, vd_span_of(VD_NO_FILE, 0, 0), vd_z("f")));
  OK(vd_diagnostic_add_child(error, VD_NOTE, vd_z("a child")));
  OK(vd_diagnostic_add_child_label(error, VD_PRIMARY, vd_span_of(file, 4, 5), vd_z("of the child")));
  edits[0].span = vd_span_of(file, 8, 9);
  edits[0].replacement = vd_z("1");
  edits[1].span = vd_span_of(file, 4, 5);
  edits[1].replacement = vd_z("y");
  OK(vd_diagnostic_add_child_suggestion(error, VD_MAYBE_INCORRECT, vd_z("change both"), edits, 2));
  OK(vd_diagnostic_suggest(error, VD_MACHINE_APPLICABLE, vd_span_of(file, 8, 9), vd_z("0"), vd_z("use zero")));
  OK(vd_diagnostic_add_alternative(error, edits, 1));
  OK(vd_diagnostic_severity(error, &severity));
  CHECK(severity == VD_ERROR);
  copy = vd_diagnostic_clone(error);
  output = shown(human, sources, copy);
  CONTAINS(output, "error[E0001]: illegal character `@`\n --> a.my:1:9\n");
  CONTAINS(output, "^ not a token");
  CONTAINS(output, "while reading this");
  CONTAINS(output, "= note: another ? note");
  CONTAINS(output, "= help: some help");
  CONTAINS(output, "included here");
  CONTAINS(output, "note: a child");
  CONTAINS(output, "of the child");
  CONTAINS(output, "change both");
  CONTAINS(output, "use zero");
  OK(vd_diagnostic_free(copy));

  /* A primary label moves the location. */
  OK(vd_diagnostic_add_label(error, VD_PRIMARY, vd_span_of(file, 4, 5), vd_z("moved")));
  CONTAINS(shown(human, sources, error), " --> a.my:1:5\n");
  CONTAINS(shown(human, sources, error), "moved\n");
  OK(vd_diagnostic_free(error));
  OK(vd_emitter_free(human));
}

static void nothing_is_lost(void) {
  vd_emitter *human = buffered("human");
  vd_diagnostic *error = diag_error("no code", vd_span_of(file, 9, 8), NULL);
  CONTAINS(shown(human, sources, error), "no code");
  CONTAINS(shown(human, sources, error), "the primary label is at bytes 9..8, which end before they begin; shown at 8..9");
  OK(vd_diagnostic_free(error));

  error = vd_diagnostic_new(VD_WARNING, NONE, vd_span_of(file, 1000, SIZE_MAX), TEXT("a\0b\x1b[31m\xff"));
  CONTAINS(shown(human, sources, error), "warning: a");
  CONTAINS(shown(human, sources, error), "note: ");
  OK(vd_diagnostic_free(error));

  error = vd_diagnostic_new(VD_FATAL, vd_z("E0002"), vd_span_of(99, 1, 2), vd_z("of another file"));
  CONTAINS(shown(human, sources, error), "fatal[E0002]: of another file");
  OK(vd_diagnostic_free(error));

  error = vd_diagnostic_new(VD_NOTE, NONE, vd_span_of(VD_NO_FILE, 5, 2), NONE);
  CHECK(error != NULL);
  CHECK(shown(human, sources, error).len > 0);
  OK(vd_diagnostic_free(error));

  error = vd_diagnostic_new_for_file(VD_ERROR, vd_z("E0003"), file, vd_z("about a file"));
  CONTAINS(shown(human, sources, error), "error[E0003]: about a file\n --> a.my");
  OK(vd_diagnostic_set_backtrace(error, vd_z("0: main\n1: f\n")));
  OK(vd_diagnostic_free(error));
  OK(vd_emitter_free(human));
}

static void failures_change_nothing(void) {
  vd_emitter *json = buffered("json");
  vd_diagnostic *error = diag_error("E0001", vd_span_of(file, 8, 9), "message");
  vd_span span = vd_span_of(file, 0, 3);
  vd_span reversed = vd_span_of(file, 3, 0);
  vd_span none = vd_span_of(VD_NO_FILE, 0, 0);
  vd_edit edits[2];
  char before[4096];
  vd_str output = shown(json, sources, error);
  CHECK(output.len < sizeof before);
  memcpy(before, output.data, output.len);
  before[output.len] = 0;

  edits[0].span = span;
  edits[0].replacement = vd_z("x");
  edits[1] = edits[0];
  RETURNS(vd_diagnostic_new((vd_severity)5, NONE, span, NONE), NULL, VD_E_ARGUMENT, "5 is not a vd_severity");
  RETURNS(vd_diagnostic_new(VD_HELP, NONE, span, NONE), NULL, VD_E_ARGUMENT, "VD_HELP is only for children");
  RETURNS(vd_diagnostic_new(VD_ERROR, HUGE_NULL, span, NONE), NULL, VD_E_ARGUMENT, "is NULL, but has");
  RETURNS(vd_diagnostic_new(VD_ERROR, NONE, span, HUGE_TEXT), NULL, VD_E_ARGUMENT, "a text has");
  RETURNS(vd_diagnostic_new_for_file(VD_ERROR, NONE, VD_NO_FILE, NONE), NULL, VD_E_NOT_FOUND, "VD_NO_FILE");
  RETURNS(vd_diagnostic_new_for_file((vd_severity)-1, NONE, file, NONE), NULL, VD_E_ARGUMENT, "4294967295 is not a vd_severity");
  RETURNS(vd_diagnostic_new_for_file(VD_ERROR, NONE, file, HUGE_NULL), NULL, VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_set_label(error, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_add_note(error, HUGE_TEXT), VD_E_ARGUMENT, "a text has");
  FAILS(vd_diagnostic_add_help(error, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_set_backtrace(error, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_add_label(error, (vd_label_style)2, span, NONE), VD_E_ARGUMENT, "2 is not a vd_label_style");
  FAILS(vd_diagnostic_add_label(error, VD_SECONDARY, none, NONE), VD_E_ARGUMENT, "a label needs a span with a file");
  FAILS(vd_diagnostic_add_label(error, VD_SECONDARY, span, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(diag_add_label(error, none, VD_PRIMARY, NULL), VD_E_ARGUMENT, "a label needs a span with a file");
  FAILS(diag_add_label(error, span, (vd_label_style)-1, NULL), VD_E_ARGUMENT, "vd_label_style");
  FAILS(vd_diagnostic_add_tag(error, (vd_tag)2), VD_E_ARGUMENT, "2 is not a vd_tag");
  FAILS(vd_diagnostic_add_step(error, (vd_trace_kind)5, span, NONE), VD_E_ARGUMENT, "5 is not a vd_trace_kind");
  FAILS(vd_diagnostic_add_step(error, VD_CALL, span, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_add_child(error, VD_FATAL, NONE), VD_E_ARGUMENT, "VD_FATAL is not for children");
  FAILS(vd_diagnostic_add_child(error, (vd_severity)9, NONE), VD_E_ARGUMENT, "9 is not a vd_severity");
  FAILS(vd_diagnostic_add_child(error, VD_NOTE, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_add_child_label(error, VD_PRIMARY, span, NONE), VD_E_NOT_FOUND, "the diagnostic has no child yet");
  FAILS(vd_diagnostic_add_child_label(error, VD_PRIMARY, none, NONE), VD_E_ARGUMENT, "a label of a child needs a span");
  FAILS(vd_diagnostic_add_child_suggestion(error, VD_UNSPECIFIED, NONE, edits, 1), VD_E_NOT_FOUND, "no child yet");
  FAILS(vd_diagnostic_add_alternative(error, edits, 1), VD_E_NOT_FOUND, "there is no suggestion");
  FAILS(vd_diagnostic_suggest(error, (vd_applicability)4, span, NONE, NONE), VD_E_ARGUMENT, "4 is not a vd_applicability");
  FAILS(vd_diagnostic_suggest(error, VD_UNSPECIFIED, none, NONE, NONE), VD_E_ARGUMENT, "an edit needs a span with a file");
  FAILS(vd_diagnostic_suggest(error, VD_UNSPECIFIED, reversed, NONE, NONE), VD_E_ARGUMENT, "bytes 3..0 ends before it begins");
  FAILS(vd_diagnostic_suggest(error, VD_UNSPECIFIED, span, HUGE_NULL, NONE), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_suggest(error, VD_UNSPECIFIED, span, NONE, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, edits, 2), VD_E_ARGUMENT, "overlap");
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, NULL, 1), VD_E_ARGUMENT,
        "the edits are NULL, but `count` is 1");
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, edits, SIZE_MAX), VD_E_ARGUMENT, "too many edits: `count` is ");
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, edits, SIZE_MAX / sizeof edits[0]), VD_E_ARGUMENT, "too many edits: `count` is ");
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, NULL, 0), VD_E_ARGUMENT, "");
  edits[0].replacement = HUGE_NULL;
  FAILS(vd_diagnostic_add_suggestion(error, VD_UNSPECIFIED, NONE, edits, 1), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_diagnostic_severity(error, NULL), VD_E_NULL, "an output parameter is NULL");
  SAME(shown(json, sources, error), before);

  /* A suggestion that cannot have an alternative keeps those that it has. */
  edits[0].replacement = vd_z("x");
  OK(vd_diagnostic_suggest(error, VD_UNSPECIFIED, span, vd_z("y"), vd_z("change")));
  output = shown(json, sources, error);
  memcpy(before, output.data, output.len);
  before[output.len] = 0;
  FAILS(vd_diagnostic_add_alternative(error, NULL, 0), VD_E_ARGUMENT, "");
  FAILS(vd_diagnostic_add_alternative(error, edits, 2), VD_E_ARGUMENT, "overlap");
  SAME(shown(json, sources, error), before);
  OK(vd_diagnostic_free(error));
  OK(vd_diagnostic_free(NULL));
  OK(vd_emitter_free(json));
}

static void tools(void) {
  static const char page[] =
      "# X0001: bad thing\n\n- Severity: error\n- Phase: parsing\n- Since: 1.0.0\n\nA thing is bad.\n\n## Example\n\n```text\nbad\n```\n\n"
      "## Corrected\n\n```text\ngood\n```\n";
  vd_tool *tool = vd_tool_new(vd_z("mycc"), vd_z("1.2"));
  vd_emitter *sarif = buffered("sarif");
  vd_diagnostic *error = diag_error("X0001", vd_span_of(file, 8, 9), "bad");
  vd_str found = {"untouched", 9};
  vd_str output;
  OK(vd_tool_set_codes_url(tool, vd_z("https://example.com/{code}")));
  OK(vd_tool_add_code(tool, vd_z("X0002"), VD_WARNING));
  FAILS(vd_tool_add_code(tool, vd_z("not a code"), VD_WARNING), VD_E_ARGUMENT, "not a code");
  FAILS(vd_tool_add_code(tool, NONE, VD_WARNING), VD_E_ARGUMENT, "");
  FAILS(vd_tool_add_code(tool, vd_z("X0003"), VD_HELP), VD_E_ARGUMENT, "VD_HELP");
  FAILS(vd_tool_add_page(tool, vd_z("no page")), VD_E_ARGUMENT, "");
  FAILS(vd_tool_add_page(tool, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_tool_set_codes_url(tool, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_explain(tool, vd_z("X0001"), &found), VD_E_NOT_FOUND, "X0001");
  SAME(found, "untouched");
  OK(vd_tool_add_page(tool, vd_z(page)));
  OK(vd_explain(tool, vd_z("X0001"), &found));
  SAME(found, page);
  FAILS(vd_explain(tool, vd_z("X0001"), NULL), VD_E_NULL, "output parameter");
  FAILS(vd_explain(tool, HUGE_NULL, &found), VD_E_ARGUMENT, "is NULL, but has");
  OK(vd_explain(NULL, vd_z("E0001"), &found));
  CONTAINS(found, "E0001");
  FAILS(vd_explain(NULL, vd_z("E9999"), &found), VD_E_NOT_FOUND, "E9999");

  OK(vd_emitter_set_tool(sarif, tool));
  OK(vd_tool_free(tool));
  output = shown(sarif, sources, error);
  CONTAINS(output, "\"mycc\"");
  CONTAINS(output, "https://example.com/X0001");
  OK(vd_diagnostic_free(error));
  OK(vd_emitter_free(sarif));
  OK(vd_tool_free(NULL));
  RETURNS(vd_tool_new(HUGE_NULL, NONE), NULL, VD_E_ARGUMENT, "is NULL, but has");
  RETURNS(vd_tool_new(NONE, HUGE_NULL), NULL, VD_E_ARGUMENT, "is NULL, but has");
  tool = vd_tool_new(NONE, NONE);
  CHECK(tool != NULL);
  OK(vd_tool_free(tool));
}

static void formatted_texts(void) {
  char buffer[16];
  SAME(vd_format(buffer, sizeof buffer, "%d of %s", 3, "10"), "3 of 10");
  SAME(vd_format(buffer, sizeof buffer, "%s", "exactly fifteen"), "exactly fifteen");
  SAME(vd_format(buffer, sizeof buffer, "%s", "exactly sixteen!"), "exactly sixt...");
  SAME(vd_format(buffer, 4, "%s", "long"), "...");
  /* Cut before a character of two, three and four bytes. */
  SAME(vd_format(buffer, 8, "%s", "abc\xc3\xa9-efgh"), "abc...");
  SAME(vd_format(buffer, 9, "%s", "abc\xc3\xa9-efgh"), "abc\xc3\xa9...");
  SAME(vd_format(buffer, 9, "%s", "abc\xe2\x82\xac-efgh"), "abc...");
  SAME(vd_format(buffer, 10, "%s", "abc\xf0\x9f\x98\x80-efgh"), "abc...");
  SAME(vd_format(buffer, 5, "%s", "\xc3\xa9\xc3\xa9\xc3\xa9"), "...");
  /* Bytes that are not UTF-8 are not all removed. */
  SAME(vd_format(buffer, 10, "%s", "a\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80"), "a\x80\x80...");
  SAME(vd_format(buffer, 3, "%s", "long"), "lo");
  SAME(vd_format(buffer, 1, "%s", "long"), "");
  SAME(vd_format(NULL, 0, "%s", "long"), "");
  SAME(vd_format(buffer, sizeof buffer, "%s", ""), "");
  SAME(vd_z("text"), "text");
  SAME(vd_z(""), "");
  CHECK(vd_z(NULL).len == 0 && vd_z(NULL).data == NULL);
}

int main(void) {
  sources = vd_sources_new();
  file = vd_sources_add(sources, vd_z("a.my"), vd_z("let x = @\n"));
  everything();
  nothing_is_lost();
  failures_change_nothing();
  tools();
  formatted_texts();
  OK(vd_sources_free(sources));
  return finished();
}
