/* Bags and policies. */
#include "check.h"

static vd_sources *sources;
static vd_file file;

static vd_diagnostic *warning(const char *code, size_t at) {
  return vd_diagnostic_new(VD_WARNING, vd_z(code), vd_span_of(file, at, at + 1), vd_z("careful"));
}

static size_t len(const vd_bag *bag) {
  size_t len = 0;
  OK(vd_bag_len(bag, &len));
  return len;
}

static uint64_t count(const vd_bag *bag, vd_severity severity) {
  uint64_t count = 0;
  OK(vd_bag_count(bag, severity, &count));
  return count;
}

static void counts(void) {
  vd_bag *bag = vd_bag_new(NULL);
  vd_diagnostic *note = vd_diagnostic_new(VD_NOTE, NONE, vd_span_of(file, 0, 1), vd_z("a note"));
  uint64_t suppressed = 7, duplicates = 8, number = 9;
  size_t length = 10;
  CHECK(len(bag) == 0 && !vd_bag_has_errors(bag));
  OK(vd_bag_push(bag, note));
  FAILS(vd_bag_push(bag, note), VD_E_STALE, "the `vd_diagnostic` was pushed or freed before");
  FAILS(vd_diagnostic_free(note), VD_E_STALE, "pushed or freed");
  OK(vd_bag_push(bag, warning("W0001", 1)));
  OK(vd_bag_push(bag, warning("W0001", 1)));
  CHECK(len(bag) == 2 && !vd_bag_has_errors(bag));
  CHECK(count(bag, VD_NOTE) == 1 && count(bag, VD_WARNING) == 2 && count(bag, VD_ERROR) == 0);
  OK(vd_bag_push(bag, diag_error("E0001", vd_span_of(file, 2, 3), "wrong")));
  CHECK(vd_bag_has_errors(bag) && count(bag, VD_ERROR) == 1 && count(bag, VD_FATAL) == 0);
  FAILS(vd_bag_count_omitted(bag, NULL, &duplicates), VD_E_NULL, "output parameter");
  FAILS(vd_bag_count_omitted(bag, &suppressed, NULL), VD_E_NULL, "output parameter");
  CHECK(suppressed == 7 && duplicates == 8);
  OK(vd_bag_count_omitted(bag, &suppressed, &duplicates));
  CHECK(suppressed == 0 && duplicates == 1);
  FAILS(vd_bag_count(bag, VD_HELP, &number), VD_E_ARGUMENT, "VD_HELP is only for children");
  FAILS(vd_bag_count(bag, (vd_severity)77, &number), VD_E_ARGUMENT, "77 is not a vd_severity");
  FAILS(vd_bag_count(bag, VD_NOTE, NULL), VD_E_NULL, "output parameter");
  FAILS(vd_bag_len(bag, NULL), VD_E_NULL, "output parameter");
  CHECK(number == 9 && length == 10);
  OK(vd_bag_free(bag));
  FAILS(vd_bag_len(bag, &length), VD_E_STALE, "the `vd_bag` was freed before");
  CHECK(vd_bag_has_errors(bag) && vd_bag_has_errors(NULL) && length == 10);
  OK(vd_bag_free(NULL));
}

static void merges(void) {
  vd_bag *one = vd_bag_new(NULL);
  vd_bag *two = vd_bag_new(NULL);
  OK(vd_bag_push(one, warning("W0001", 1)));
  OK(vd_bag_push(two, warning("W0001", 1)));
  OK(vd_bag_push(two, warning("W0002", 2)));
  FAILS(vd_bag_merge(one, one), VD_E_ARGUMENT, "a bag cannot be merged with itself");
  FAILS(vd_bag_merge(NULL, two), VD_E_NULL, "`vd_bag` is NULL");
  FAILS(vd_bag_merge(one, NULL), VD_E_NULL, "`vd_bag` is NULL");
  CHECK(len(one) == 1 && len(two) == 2);
  OK(vd_bag_merge(one, two));
  CHECK(len(one) == 2 && count(one, VD_WARNING) == 3);
  FAILS(vd_bag_merge(one, two), VD_E_STALE, "freed before");
  FAILS(vd_bag_merge(two, one), VD_E_STALE, "freed before");
  CHECK(len(one) == 2);
  OK(vd_bag_free(one));
}

static void policies(void) {
  vd_tool *tool = vd_tool_new(vd_z("mycc"), vd_z("1"));
  vd_policy *policy;
  vd_bag *bag;
  uint64_t suppressed, duplicates;
  OK(vd_tool_add_code(tool, vd_z("W0001"), VD_WARNING));
  OK(vd_tool_add_code(tool, vd_z("W0002"), VD_WARNING));
  OK(vd_tool_add_code(tool, vd_z("E0001"), VD_ERROR));
  policy = vd_policy_new(tool);
  OK(vd_tool_free(tool));
  FAILS(vd_policy_set_level(policy, vd_z("W0003"), VD_DENY), VD_E_ARGUMENT, "W000");
  FAILS(vd_policy_set_level(policy, vd_z("W0001"), (vd_level)3), VD_E_ARGUMENT, "3 is not a vd_level");
  FAILS(vd_policy_set_level(policy, HUGE_NULL, VD_DENY), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_policy_set_level(policy, NONE, VD_DENY), VD_E_ARGUMENT, "");
  FAILS(vd_policy_set_level(policy, vd_z("E0001"), VD_ALLOW), VD_E_ARGUMENT, "E0001");
  OK(vd_policy_set_level(policy, vd_z("W0001"), VD_DENY));
  OK(vd_policy_set_level(policy, vd_z("W0002"), VD_ALLOW));
  OK(vd_policy_set_max_errors(policy, 1));
  bag = vd_bag_new(policy);
  OK(vd_policy_free(policy));
  RETURNS(vd_bag_new(policy), NULL, VD_E_STALE, "the `vd_policy` was freed before");
  OK(vd_bag_push(bag, warning("W0001", 1)));
  OK(vd_bag_push(bag, warning("W0002", 1)));
  CHECK(len(bag) == 1 && vd_bag_has_errors(bag) && count(bag, VD_ERROR) == 1 && count(bag, VD_WARNING) == 0);
  OK(vd_bag_push(bag, warning("W0001", 2)));
  CHECK(len(bag) == 1 && count(bag, VD_ERROR) == 2);
  OK(vd_bag_count_omitted(bag, &suppressed, &duplicates));
  CHECK(suppressed == 1 && duplicates == 0);
  OK(vd_bag_free(bag));

  /* Without codes, every code can have a level; the last level counts. */
  policy = vd_policy_new(NULL);
  OK(vd_policy_set_level(policy, vd_z("-Wshadow"), VD_ALLOW));
  OK(vd_policy_set_level(policy, vd_z("warnings"), VD_ALLOW));
  OK(vd_policy_set_level(policy, vd_z("-Wshadow"), VD_DENY));
  bag = vd_bag_new(policy);
  OK(vd_bag_push(bag, warning("-Wshadow", 1)));
  OK(vd_bag_push(bag, warning("-Wother", 1)));
  CHECK(len(bag) == 1 && count(bag, VD_ERROR) == 1);
  OK(vd_bag_free(bag));
  OK(vd_policy_free(policy));
  OK(vd_policy_free(NULL));
}

static void baselines(void) {
  vd_bag *bag = vd_bag_new(NULL);
  vd_emitter *emitter = vd_emitter_new(vd_z("baseline"));
  vd_str baseline = {NULL, 0};
  uint64_t known = 9, gone = 9;
  OK(vd_bag_push(bag, warning("W0001", 1)));
  OK(vd_bag_push(bag, warning("W0002", 1)));
  OK(vd_emitter_to_buffer(emitter));
  OK(vd_bag_emit(bag, sources, emitter));
  OK(vd_emitter_buffer(emitter, &baseline));
  OK(vd_bag_free(bag));

  bag = vd_bag_new(NULL);
  OK(vd_bag_push(bag, warning("W0001", 1)));
  OK(vd_bag_push(bag, warning("W0003", 1)));
  FAILS(vd_bag_apply_baseline(bag, sources, HUGE_NULL, &known, &gone), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_bag_apply_baseline(bag, sources, vd_z("error: x"), &known, &gone), VD_E_ARGUMENT, "");
  CHECK(len(bag) == 2 && known == 9 && gone == 9);
  OK(vd_bag_apply_baseline(bag, sources, baseline, &known, &gone));
  CHECK(len(bag) == 1 && known == 1 && gone == 1);
  OK(vd_bag_apply_baseline(bag, sources, baseline, NULL, NULL));
  CHECK(len(bag) == 1);
  OK(vd_bag_free(bag));
  OK(vd_emitter_free(emitter));
}

int main(void) {
  sources = vd_sources_new();
  file = vd_sources_add(sources, vd_z("a.my"), vd_z("let x = @\n"));
  counts();
  merges();
  policies();
  baselines();
  OK(vd_sources_free(sources));
  return finished();
}
