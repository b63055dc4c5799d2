/* What is no handle, passed to every function, and the errors of each thread. */
#include <pthread.h>

#include "check.h"

enum { NULL_HANDLE, FREED, FOREIGN, OBJECT, ODD, NEVER, LARGEST, KINDS };

/* Handles of each type that are not valid. The last types are numbers and addresses. */
static void *bad[6][KINDS];
static const char *const names[6] = {"vd_sources", "vd_bag", "vd_diagnostic", "vd_emitter", "vd_policy", "vd_tool"};
static const vd_status expected[KINDS] = {VD_E_NULL,   VD_E_STALE,  VD_E_HANDLE, VD_E_HANDLE,
                                          VD_E_HANDLE, VD_E_HANDLE, VD_E_HANDLE};

/* The values of output parameters, which no call may change. */
static struct {
  vd_severity severity;
  vd_span span;
  vd_str text;
  size_t size;
  uint32_t line, column;
  uint64_t count, other;
} out, untouched;

/* Makes a call with each handle `h` of a type that is not valid. `first` is 1 if NULL is allowed. */
#define REJECTS(type, number, first, call, failed)                                                         \
  do {                                                                                                     \
    int kind;                                                                                              \
    for (kind = (first); kind < KINDS; kind++) {                                                           \
      type *h = bad[number][kind];                                                                         \
      int has_failed = (call)failed;                                                                       \
      if (!has_failed || vd_last_status() != expected[kind] || strstr(vd_last_error(), names[number]) == NULL || \
          memcmp(&out, &untouched, sizeof out) != 0) {                                                     \
        fprintf(stderr, "%s:%d: %s with handle %d: %s, %s\n", __FILE__, __LINE__, #call, kind,             \
                vd_status_name(vd_last_status()), vd_last_error());                                        \
        failures += 1;                                                                                     \
      }                                                                                                    \
    }                                                                                                      \
  } while (0)

#define SOURCES(call) REJECTS(vd_sources, 0, 0, call, != VD_OK)
#define BAG(call) REJECTS(vd_bag, 1, 0, call, != VD_OK)
#define DIAGNOSTIC(call) REJECTS(vd_diagnostic, 2, 0, call, != VD_OK)
#define EMITTER(call) REJECTS(vd_emitter, 3, 0, call, != VD_OK)
#define POLICY(call) REJECTS(vd_policy, 4, 0, call, != VD_OK)
#define TOOL(call) REJECTS(vd_tool, 5, 0, call, != VD_OK)

static void make_bad_handles(void) {
  static char object[64];
  int type, kind;
  bad[0][FREED] = vd_sources_new();
  bad[1][FREED] = vd_bag_new(NULL);
  bad[2][FREED] = diag_error(NULL, vd_span_of(VD_NO_FILE, 0, 0), "x");
  bad[3][FREED] = vd_emitter_new(vd_z("json"));
  bad[4][FREED] = vd_policy_new(NULL);
  bad[5][FREED] = vd_tool_new(vd_z("t"), vd_z("1"));
  for (type = 0; type < 6; type++) {
    /* The next object in this slot, which was not created yet. */
    bad[type][NEVER] = (void *)((uintptr_t)bad[type][FREED] + ((uintptr_t)5 << 32));
    bad[type][LARGEST] = (void *)((uintptr_t)bad[type][FREED] | (uintptr_t)0x7ffffffffffffff0);
    bad[type][OBJECT] = object;
    bad[type][ODD] = object + 1;
  }
  OK(vd_sources_free(bad[0][FREED]));
  OK(vd_bag_free(bad[1][FREED]));
  OK(vd_diagnostic_free(bad[2][FREED]));
  OK(vd_emitter_free(bad[3][FREED]));
  OK(vd_policy_free(bad[4][FREED]));
  OK(vd_tool_free(bad[5][FREED]));
  for (type = 0; type < 6; type++) {
    bad[type][FOREIGN] = bad[(type + 1) % 6][FREED];
  }
  for (kind = 0; kind < KINDS; kind++) {
    CHECK(kind == NULL_HANDLE || bad[0][kind] != NULL);
  }
}

static int fix_nothing(void *user, vd_file file, const char *data, size_t len) {
  (void)user, (void)file, (void)data, (void)len;
  return 0;
}

static int write_nothing(void *user, const char *data, size_t len) {
  (void)user;
  (void)data;
  (void)len;
  return 0;
}

static void every_function(vd_sources *sources, vd_bag *bag, vd_diagnostic *diagnostic, vd_emitter *emitter) {
  const vd_span span = vd_span_of(0, 0, 1);
  vd_edit edit;
  edit.span = span;
  edit.replacement = NONE;

  REJECTS(vd_sources, 0, 1, vd_sources_free(h), != VD_OK);
  REJECTS(vd_sources, 0, 0, vd_sources_add(h, NONE, NONE), == VD_NO_FILE);
  REJECTS(vd_sources, 0, 0, vd_sources_borrow(h, NONE, NONE, NULL, NULL), == VD_NO_FILE);
  REJECTS(vd_sources, 0, 0, vd_sources_load(h, vd_z("/etc/passwd")), == VD_NO_FILE);
  SOURCES(vd_sources_remove(h, 0));
  SOURCES(vd_sources_span(h, 0, 0, 1, &out.span));
  SOURCES(vd_sources_offset(h, 0, 1, 1, VD_BYTES, &out.size));
  SOURCES(vd_sources_line_span(h, 0, 1, &out.span));
  SOURCES(vd_bag_write_patch(bag, h, VD_UNSPECIFIED, write_nothing, NULL, &out.size, &out.size));
  SOURCES(vd_bag_apply_fixes(bag, h, VD_UNSPECIFIED, fix_nothing, NULL, &out.size, &out.size));
  BAG(vd_bag_write_patch(h, sources, VD_UNSPECIFIED, write_nothing, NULL, &out.size, &out.size));
  SOURCES(vd_bag_apply_baseline(bag, h, NONE, &out.count, &out.other));
  BAG(vd_bag_apply_baseline(h, sources, NONE, &out.count, &out.other));
  BAG(vd_bag_apply_fixes(h, sources, VD_UNSPECIFIED, fix_nothing, NULL, &out.size, &out.size));
  REJECTS(vd_sources, 0, 1, vd_crash_set_sources(h), != VD_OK);
  SOURCES(vd_sources_path(h, 0, &out.text));
  SOURCES(vd_sources_location(h, span, VD_BYTES, &out.line, &out.column));
  SOURCES(vd_sources_text(h, 0, &out.text));
  SOURCES(diag_emit_human(bag, h, false));
  SOURCES(diag_emit_json(bag, h, stdout));
  SOURCES(vd_bag_emit(bag, h, emitter));
  SOURCES(vd_emitter_emit(emitter, h, diagnostic));

  REJECTS(vd_bag, 1, 1, vd_bag_free(h), != VD_OK);
  BAG(vd_bag_push(h, diagnostic));
  BAG(vd_bag_merge(h, bag));
  BAG(vd_bag_merge(bag, h));
  BAG(vd_bag_len(h, &out.size));
  BAG(vd_bag_count(h, VD_ERROR, &out.count));
  BAG(vd_bag_count_omitted(h, &out.count, &out.other));
  REJECTS(vd_bag, 1, 0, vd_bag_has_errors(h), == true);
  BAG(vd_bag_emit(h, sources, emitter));
  BAG(diag_emit_human(h, sources, false));
  BAG(diag_emit_json(h, sources, stdout));

  REJECTS(vd_diagnostic, 2, 1, vd_diagnostic_free(h), != VD_OK);
  REJECTS(vd_diagnostic, 2, 0, vd_diagnostic_clone(h), == NULL);
  DIAGNOSTIC(diag_add_label(h, span, VD_PRIMARY, NULL));
  DIAGNOSTIC(diag_add_note(h, NULL));
  DIAGNOSTIC(vd_diagnostic_severity(h, &out.severity));
  DIAGNOSTIC(vd_diagnostic_set_label(h, NONE));
  DIAGNOSTIC(vd_diagnostic_add_label(h, VD_PRIMARY, span, NONE));
  DIAGNOSTIC(vd_diagnostic_add_note(h, NONE));
  DIAGNOSTIC(vd_diagnostic_add_help(h, NONE));
  DIAGNOSTIC(vd_diagnostic_add_tag(h, VD_DEPRECATED));
  DIAGNOSTIC(vd_diagnostic_add_step(h, VD_CALL, span, NONE));
  DIAGNOSTIC(vd_diagnostic_set_backtrace(h, NONE));
  DIAGNOSTIC(vd_diagnostic_add_child(h, VD_NOTE, NONE));
  DIAGNOSTIC(vd_diagnostic_add_child_label(h, VD_PRIMARY, span, NONE));
  DIAGNOSTIC(vd_diagnostic_suggest(h, VD_UNSPECIFIED, span, NONE, NONE));
  DIAGNOSTIC(vd_diagnostic_add_suggestion(h, VD_UNSPECIFIED, NONE, &edit, 1));
  DIAGNOSTIC(vd_diagnostic_add_alternative(h, &edit, 1));
  DIAGNOSTIC(vd_diagnostic_add_child_suggestion(h, VD_UNSPECIFIED, NONE, &edit, 1));
  DIAGNOSTIC(vd_bag_push(bag, h));
  DIAGNOSTIC(vd_emitter_emit(emitter, sources, h));

  REJECTS(vd_emitter, 3, 1, vd_emitter_free(h), != VD_OK);
  EMITTER(vd_emitter_to_file(h, stdout));
  EMITTER(vd_emitter_to_fd(h, 1));
  EMITTER(vd_emitter_to_callback(h, write_nothing, NULL));
  EMITTER(vd_emitter_to_buffer(h));
  EMITTER(vd_emitter_buffer(h, &out.text));
  EMITTER(vd_emitter_clear_buffer(h));
  EMITTER(vd_emitter_set_color(h, VD_COLOR_AUTO));
  EMITTER(vd_emitter_set_background(h, VD_BACKGROUND_DARK));
  EMITTER(vd_emitter_set_width(h, 80));
  EMITTER(vd_emitter_set_style(h, VD_STYLE_ASCII));
  EMITTER(vd_emitter_set_theme(h, vd_z("ansi")));
  EMITTER(vd_emitter_set_context_lines(h, 1));
  EMITTER(vd_emitter_set_tab_width(h, 1));
  EMITTER(vd_emitter_set_editor_url(h, vd_z("vscode://file/{path}:{line}:{column}")));
  EMITTER(vd_emitter_set_fallback_path(h, NONE));
  EMITTER(vd_emitter_set_sarif_category(h, NONE));
  EMITTER(vd_emitter_set_sarif_max_results(h, 1));
  EMITTER(vd_emitter_set_junit_family(h, VD_JUNIT_LOCATED));
  EMITTER(vd_emitter_finish(h));
  EMITTER(vd_emitter_emit(h, sources, diagnostic));
  EMITTER(vd_bag_emit(bag, sources, h));

  REJECTS(vd_policy, 4, 1, vd_policy_free(h), != VD_OK);
  REJECTS(vd_policy, 4, 1, vd_bag_new(h), == NULL);
  POLICY(vd_policy_set_level(h, vd_z("warnings"), VD_DENY));
  POLICY(vd_policy_set_max_errors(h, 1));

  REJECTS(vd_tool, 5, 1, vd_tool_free(h), != VD_OK);
  REJECTS(vd_tool, 5, 1, vd_policy_new(h), == NULL);
  REJECTS(vd_tool, 5, 1, vd_explain(h, vd_z("E0001"), &out.text), != VD_OK);
  TOOL(vd_tool_set_codes_url(h, NONE));
  TOOL(vd_tool_add_code(h, vd_z("E0001"), VD_ERROR));
  TOOL(vd_tool_add_page(h, NONE));
  TOOL(vd_emitter_set_tool(emitter, h));
}

static void *fails_elsewhere(void *unused) {
  (void)unused;
  CHECK(vd_last_status() == VD_OK && strcmp(vd_last_error(), "") == 0);
  FAILS(vd_sources_remove((vd_sources *)(uintptr_t)2, 0), VD_E_HANDLE, "expected a `vd_sources`, got 0x2");
  return NULL;
}

static void last_error(void) {
  static const char *const statuses[] = {"VD_OK",    "VD_E_NULL", "VD_E_STALE",       "VD_E_HANDLE", "VD_E_ARGUMENT", "VD_E_NOT_FOUND",
                                         "VD_E_IO",  "VD_E_BUSY", "VD_E_UNSUPPORTED", "VD_E_LIMIT",  "VD_E_PANIC"};
  pthread_t thread;
  char first[256];
  int at;
  const char *text;
  FAILS(vd_bag_len(NULL, NULL), VD_E_NULL, "a `vd_bag` is NULL");
  snprintf(first, sizeof first, "%s", vd_last_error());
  pthread_create(&thread, NULL, fails_elsewhere, NULL);
  pthread_join(thread, NULL);
  /* Neither another thread nor a success changes it. */
  text = vd_last_error();
  OK(vd_bag_free(NULL));
  CHECK(vd_last_error() == text && strcmp(text, first) == 0 && vd_last_status() == VD_E_NULL);
  for (at = 0; at < 11; at++) {
    CHECK(strcmp(vd_status_name((vd_status)at), statuses[at]) == 0);
  }
  CHECK(strcmp(vd_status_name((vd_status)11), "unknown") == 0);
  CHECK(strcmp(vd_status_name((vd_status)-1), "unknown") == 0);
  CHECK(vd_version() == VD_VERSION);
}

/* A text of the caller in an error is on one line, and cannot change a terminal. */
static void hostile_texts(void) {
  vd_sources *sources = vd_sources_new();
  vd_tool *tool = vd_tool_new(vd_z("mycc"), vd_z("1"));
  vd_policy *policy;
  vd_emitter *emitter = vd_emitter_new(vd_z("json"));
  const vd_str text = TEXT("a\nb\x1b[31m\0c\r\x7f\xff");
  int at;
  OK(vd_tool_add_code(tool, vd_z("W0001"), VD_WARNING));
  policy = vd_policy_new(tool);
  for (at = 0; at < 9; at++) {
    const char *error;
    switch (at) {
      case 0: CHECK(vd_sources_load(sources, text) == VD_NO_FILE); break;
      case 1: CHECK(vd_policy_set_level(policy, text, VD_DENY) != VD_OK); break;
      case 2: CHECK(vd_emitter_set_theme(emitter, text) != VD_OK); break;
      case 3: CHECK(vd_emitter_set_editor_url(emitter, text) != VD_OK); break;
      case 4: CHECK(vd_explain(NULL, text, &out.text) != VD_OK); break;
      case 5: CHECK(vd_emitter_new(text) == NULL); break;
      case 6: CHECK(vd_tool_add_code(tool, text, VD_ERROR) != VD_OK); break;
      case 7: CHECK(vd_tool_add_page(tool, text) != VD_OK); break;
      default: CHECK(vd_sources_load(sources, vd_z("missing\nfile\x1b[1m")) == VD_NO_FILE); break;
    }
    for (error = vd_last_error(); *error != 0; error++) {
      if ((unsigned char)*error < ' ' || *error == 0x7f) {
        fprintf(stderr, "case %d: a control character: %s\n", at, vd_last_error());
        failures += 1;
        break;
      }
    }
  }
  OK(vd_sources_free(sources));
  OK(vd_policy_free(policy));
  OK(vd_tool_free(tool));
  OK(vd_emitter_free(emitter));
}

/* Settings of the crash handler, which is not installed. Others are in crasher.c. */
static void settings(void) {
  OK(vd_crash_previous_handlers_first(true));
  OK(vd_crash_watchdog(0));
  OK(vd_crash_watchdog(UINT32_MAX));
  FAILS(vd_crash_uninstall(), VD_E_NOT_FOUND, "");
}

int main(void) {
  vd_sources *sources = vd_sources_new();
  vd_bag *bag = vd_bag_new(NULL);
  vd_emitter *emitter = buffered("json");
  vd_diagnostic *diagnostic = diag_error("E0001", vd_span_of(0, 0, 1), "x");
  vd_str written;
  size_t len = 1;
  CHECK(vd_last_status() == VD_OK && strcmp(vd_last_error(), "") == 0);
  CHECK(vd_handle_count() == 4);
  CHECK(vd_sources_add(sources, vd_z("a"), vd_z("text")) == 0);
  memset(&out, 0x5a, sizeof out);
  untouched = out;
  make_bad_handles();
  every_function(sources, bag, diagnostic, emitter);
  /* Nothing was changed or written. */
  CHECK(vd_handle_count() == 4);
  OK(vd_bag_len(bag, &len));
  CHECK(len == 0);
  OK(vd_emitter_buffer(emitter, &written));
  SAME(written, "");
  OK(vd_bag_push(bag, diagnostic));
  last_error();
  hostile_texts();
  OK(vd_bag_free(bag));
  OK(vd_emitter_free(emitter));
  OK(vd_sources_free(sources));
  settings();
  return finished();
}
