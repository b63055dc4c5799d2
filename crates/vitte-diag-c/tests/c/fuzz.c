/*
 * Calls random functions with random handles and arguments.
 *
 *     fuzz CALLS [SEED] [THREADS]
 *
 * The same arguments make the same calls. Handles are live, freed, of another type, NULL, numbers and addresses;
 * enumerators, spans, texts and counts are often invalid. Nothing may crash or hang, and at the end every handle that
 * was created can be freed, and every borrowed text was released. Prints how many calls of each status there were.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
#include <vitte_diag.h>

enum { TYPES = 6, SLOTS = 24, STATUSES = 11, POOL = 512 };
enum { SOURCES, BAG, DIAGNOSTIC, EMITTER, POLICY, TOOL };

/* The handles of all threads: which of them are live is not known, other threads may have freed them. */
static void *shared[TYPES][SLOTS];
static char pool[POOL];
static FILE *null_file;
static uint64_t borrowed = 0, released = 0;

struct fuzzer {
  uint64_t state;
  uint64_t calls;
  uint64_t statuses[STATUSES];
  /* The depth of callbacks. */
  int depth;
};

static uint64_t next(struct fuzzer *f) {
  /* splitmix64 */
  uint64_t z = (f->state += 0x9e3779b97f4a7c15);
  z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
  z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
  return z ^ (z >> 31);
}

static uint32_t below(struct fuzzer *f, uint32_t limit) { return (uint32_t)(next(f) % limit); }

static void *load(int type, uint32_t slot) { return __atomic_load_n(&shared[type][slot], __ATOMIC_SEQ_CST); }

/* Usually a handle of the type, which may be freed. */
static void *handle(struct fuzzer *f, int type) {
  switch (below(f, 24)) {
    case 0: return NULL;
    case 1: return load((int)below(f, TYPES), below(f, SLOTS));
    case 2: return (void *)(uintptr_t)next(f);
    case 3: return (void *)(uintptr_t)below(f, 1000);
    case 4: return f;
    case 5: return (void *)((uintptr_t)load(type, below(f, SLOTS)) ^ ((uintptr_t)1 << below(f, 64)));
    default: return load(type, below(f, SLOTS));
  }
}

/* Any bytes, usually few and often of a list. */
static vd_str text(struct fuzzer *f) {
  static const char *const texts[] = {"E0001", "W0001", "a.my",         "message", "human",       "json",  "warnings", "-Wshadow",
                                      "ansi",  "W00",   "<stdin>",      "",        "{path}:{line}", "a\nb", "\xf0\x9f\x98\x80", "x://{path}"};
  vd_str result = {NULL, 0};
  switch (below(f, 16)) {
    case 0: return result;
    case 1: result.len = (size_t)next(f) | ((size_t)1 << 63); return result;
    case 2: result.data = pool; result.len = SIZE_MAX - below(f, 8); return result;
    case 3: result.len = 1 + below(f, 100); return result;
    case 4:
    case 5:
      result.data = pool + below(f, POOL / 2);
      result.len = below(f, below(f, 8) == 0 ? POOL / 2 : 24);
      return result;
    default: return vd_z(texts[below(f, sizeof texts / sizeof texts[0])]);
  }
}

static const char *terminated(struct fuzzer *f) {
  static const char *const texts[] = {NULL, "", "E0001", "message", "two\nlines", "\xff\xfe", "\x1b[31mred", "\xc3\xa9\xcc\x81"};
  return texts[below(f, sizeof texts / sizeof texts[0])];
}

static vd_file a_file(struct fuzzer *f) {
  uint32_t kind = below(f, 16);
  return kind == 0 ? VD_NO_FILE : kind == 1 ? (vd_file)next(f) : below(f, 6);
}

static vd_span span(struct fuzzer *f) {
  vd_span span = vd_span_of(a_file(f), below(f, 40), below(f, 40));
  if (below(f, 8) == 0) {
    span = vd_span_of(a_file(f), (size_t)next(f), (size_t)next(f));
  }
  return span;
}

/* An enumerator of at most `count`, or a number that is none. */
static int number(struct fuzzer *f, uint32_t count) {
  return below(f, 12) == 0 ? (int)(next(f) & 0x7fffffff) : (int)below(f, count + 1);
}

static size_t edits(struct fuzzer *f, vd_edit edits[3]) {
  size_t count = below(f, 4), at;
  for (at = 0; at < 3; at++) {
    edits[at].span = span(f);
    edits[at].replacement = text(f);
  }
  return below(f, 32) == 0 ? SIZE_MAX / 16 : count;
}

static void call(struct fuzzer *f);

/* Uses the library in a callback. */
static void reenter(struct fuzzer *f) {
  if (f->depth < 2 && below(f, 4) == 0) {
    f->depth += 1;
    call(f);
    f->depth -= 1;
  }
}

/* The fuzzer of this thread: an emitter may be used by all threads. */
static __thread struct fuzzer *own;

static int write_out(void *user, const char *data, size_t len) {
  (void)data;
  (void)user;
  if (own == NULL) {
    return 0;
  }
  reenter(own);
  switch (below(own, 64)) {
    case 0: return ENOSPC;
    case 1: return EINTR;
    case 2: return -1;
    default: return len > 0 ? 0 : EIO;
  }
}

static void release(void *user, const char *data, size_t len) {
  (void)user;
  (void)data;
  (void)len;
  __atomic_fetch_add(&released, 1, __ATOMIC_SEQ_CST);
  if (own != NULL) {
    reenter(own);
  }
}

static int fixed(void *user, vd_file file, const char *data, size_t len) {
  (void)file;
  return write_out(user, data, len);
}

static vd_status free_one(int type, void *handle) {
  switch (type) {
    case SOURCES: return vd_sources_free(handle);
    case BAG: return vd_bag_free(handle);
    case DIAGNOSTIC: return vd_diagnostic_free(handle);
    case EMITTER: return vd_emitter_free(handle);
    case POLICY: return vd_policy_free(handle);
    default: return vd_tool_free(handle);
  }
}

/* Stores a new handle instead of another one, which is freed. */
static vd_status store(struct fuzzer *f, int type, void *handle) {
  uint32_t slot = below(f, SLOTS), attempts = 0;
  if (handle == NULL) {
    return vd_last_status();
  }
  do {
    /* In a callback some handles cannot be freed: they are stored instead of others. */
    handle = __atomic_exchange_n(&shared[type][slot++ % SLOTS], handle, __ATOMIC_SEQ_CST);
    if (attempts++ > 1000) {
      fprintf(stderr, "all handles are in use\n");
      abort();
    }
  } while (handle != NULL && free_one(type, handle) == VD_E_BUSY);
  return VD_OK;
}

static vd_emitter *new_emitter(struct fuzzer *f) {
  static const char *const formats[] = {
      "human", "short", "narrated",   "json",  "sarif",    "lsp",       "github",    "gitlab",  "junit", "rdjson", "html",
      "gcc",   "rustc", "checkstyle", "azure", "teamcity", "sonarqube", "bitbucket", "rdjsonl", "tap",   "csv",   "baseline"};
  vd_emitter *emitter = vd_emitter_new(vd_z(formats[below(f, (uint32_t)(sizeof formats / sizeof formats[0]))]));
  /* None may write to standard output. */
  switch (below(f, 4)) {
    case 0: vd_emitter_to_buffer(emitter); break;
    case 1: vd_emitter_to_callback(emitter, write_out, NULL); break;
    case 2: vd_emitter_to_file(emitter, null_file); break;
    default: vd_emitter_to_fd(emitter, fileno(null_file)); break;
  }
  return emitter;
}

static vd_status of_file(vd_file file) { return file == VD_NO_FILE ? vd_last_status() : VD_OK; }

static vd_status borrow(struct fuzzer *f) {
  __atomic_fetch_add(&borrowed, 1, __ATOMIC_SEQ_CST);
  return of_file(vd_sources_borrow(handle(f, SOURCES), text(f), text(f), release, NULL));
}

static vd_status sources_call(struct fuzzer *f) {
  vd_span a_span;
  vd_str a_text;
  size_t offset;
  uint32_t line, column;
  bool missing = below(f, 32) == 0;
  switch (below(f, 16)) {
    case 0: return store(f, SOURCES, vd_sources_new());
    case 1: return store(f, SOURCES, vd_sources_new_with_root(text(f)));
    case 2: return vd_sources_free(handle(f, SOURCES));
    case 3: return borrow(f);
    case 4: return of_file(vd_sources_load(handle(f, SOURCES), below(f, 4) == 0 ? vd_z("/dev/null") : text(f)));
    case 5: return vd_sources_remove(handle(f, SOURCES), a_file(f));
    case 6: return vd_sources_span(handle(f, SOURCES), a_file(f), below(f, 30), (size_t)(next(f) >> below(f, 64)), missing ? NULL : &a_span);
    case 7: return vd_sources_offset(handle(f, SOURCES), a_file(f), below(f, 4), below(f, 30), (vd_column_unit)number(f, 4), missing ? NULL : &offset);
    case 8: return vd_sources_path(handle(f, SOURCES), a_file(f), missing ? NULL : &a_text);
    case 9: return vd_sources_location(handle(f, SOURCES), span(f), (vd_column_unit)number(f, 4), &line, missing ? NULL : &column);
    case 10: return vd_sources_text(handle(f, SOURCES), a_file(f), missing ? NULL : &a_text);
    case 11: return vd_sources_line_span(handle(f, SOURCES), a_file(f), below(f, 5), missing ? NULL : &a_span);
    default: return of_file(vd_sources_add(handle(f, SOURCES), text(f), text(f)));
  }
}

static vd_status diagnostic_call(struct fuzzer *f) {
  vd_edit list[3];
  size_t count = edits(f, list);
  vd_diagnostic *d = handle(f, DIAGNOSTIC);
  vd_edit *first = count > 3 || below(f, 32) == 0 ? NULL : list;
  vd_severity severity;
  switch (below(f, 22)) {
    case 0: return store(f, DIAGNOSTIC, vd_diagnostic_new((vd_severity)number(f, 5), text(f), span(f), text(f)));
    case 1: return store(f, DIAGNOSTIC, vd_diagnostic_new_for_file((vd_severity)number(f, 5), text(f), a_file(f), text(f)));
    case 2: return store(f, DIAGNOSTIC, diag_error(terminated(f), span(f), terminated(f)));
    case 3: return store(f, DIAGNOSTIC, diag_error("E0001", span(f), "message"));
    case 4: return vd_diagnostic_free(d);
    case 5: return store(f, DIAGNOSTIC, vd_diagnostic_clone(d));
    case 6: return vd_diagnostic_severity(d, below(f, 32) == 0 ? NULL : &severity);
    case 7: return vd_diagnostic_set_label(d, text(f));
    case 8: return vd_diagnostic_add_label(d, (vd_label_style)number(f, 2), span(f), text(f));
    case 9: return vd_diagnostic_add_note(d, text(f));
    case 10: return vd_diagnostic_add_help(d, text(f));
    case 11: return vd_diagnostic_add_tag(d, (vd_tag)number(f, 2));
    case 12: return vd_diagnostic_add_step(d, (vd_trace_kind)number(f, 5), span(f), text(f));
    case 13: return vd_diagnostic_set_backtrace(d, text(f));
    case 14: return vd_diagnostic_add_child(d, (vd_severity)number(f, 5), text(f));
    case 15: return vd_diagnostic_add_child_label(d, (vd_label_style)number(f, 2), span(f), text(f));
    case 16: return vd_diagnostic_suggest(d, (vd_applicability)number(f, 4), span(f), text(f), text(f));
    case 17: return vd_diagnostic_add_suggestion(d, (vd_applicability)number(f, 4), text(f), first, count);
    case 18: return vd_diagnostic_add_alternative(d, first, count);
    case 19: return vd_diagnostic_add_child_suggestion(d, (vd_applicability)number(f, 4), text(f), first, count);
    case 20: return diag_add_label(d, span(f), (vd_label_style)number(f, 2), terminated(f));
    default: return diag_add_note(d, terminated(f));
  }
}

static vd_status bag_call(struct fuzzer *f) {
  uint64_t one, two;
  size_t len, rejected;
  vd_applicability least;
  bool missing = below(f, 32) == 0;
  switch (below(f, 19)) {
    case 0: return store(f, BAG, vd_bag_new(NULL));
    case 1: return store(f, BAG, vd_bag_new(handle(f, POLICY)));
    case 2: return vd_bag_free(handle(f, BAG));
    case 3: return vd_bag_merge(handle(f, BAG), handle(f, BAG));
    case 4: return vd_bag_len(handle(f, BAG), missing ? NULL : &len);
    case 5: return vd_bag_count(handle(f, BAG), (vd_severity)number(f, 5), missing ? NULL : &one);
    case 6: return vd_bag_count_omitted(handle(f, BAG), &one, missing ? NULL : &two);
    case 7: return vd_bag_has_errors(handle(f, BAG)) ? VD_OK : VD_OK;
    case 8: return diag_emit_json(handle(f, BAG), handle(f, SOURCES), missing ? NULL : null_file);
    case 9: return vd_bag_emit(handle(f, BAG), handle(f, SOURCES), handle(f, EMITTER));
    case 10:
      least = (vd_applicability)number(f, 4);
      return vd_bag_write_patch(handle(f, BAG), handle(f, SOURCES), least, missing ? NULL : write_out, NULL, &len, missing ? NULL : &rejected);
    case 11:
      least = (vd_applicability)number(f, 4);
      return vd_bag_apply_fixes(handle(f, BAG), handle(f, SOURCES), least, missing ? NULL : fixed, NULL, missing ? NULL : &len, &rejected);
    case 12: return vd_bag_apply_baseline(handle(f, BAG), handle(f, SOURCES), text(f), &one, missing ? NULL : &two);
    default: return vd_bag_push(handle(f, BAG), handle(f, DIAGNOSTIC));
  }
}

static vd_status emitter_call(struct fuzzer *f) {
  vd_emitter *e = handle(f, EMITTER);
  vd_str output;
  switch (below(f, 25)) {
    case 0:
    case 1: return store(f, EMITTER, new_emitter(f));
    case 2: return vd_emitter_free(e);
    case 3: return vd_emitter_to_file(e, below(f, 8) == 0 ? NULL : null_file);
    case 4: return vd_emitter_to_fd(e, below(f, 2) == 0 ? -1 : fileno(null_file));
    case 5: return vd_emitter_to_callback(e, below(f, 8) == 0 ? NULL : write_out, NULL);
    case 6: return vd_emitter_to_buffer(e);
    case 7: return vd_emitter_buffer(e, below(f, 32) == 0 ? NULL : &output);
    case 8: return vd_emitter_clear_buffer(e);
    case 9: return vd_emitter_set_tool(e, handle(f, TOOL));
    case 10: return vd_emitter_set_color(e, (vd_color)number(f, 3));
    case 11: return vd_emitter_set_background(e, (vd_background)number(f, 3));
    case 12: return vd_emitter_set_width(e, (uint32_t)(next(f) >> below(f, 64)));
    case 13: return vd_emitter_set_style(e, (vd_style)number(f, 3));
    case 14: return vd_emitter_set_theme(e, text(f));
    case 15: return vd_emitter_set_context_lines(e, below(f, 5));
    case 16: return vd_emitter_set_tab_width(e, (uint32_t)(next(f) >> below(f, 64)));
    case 17: return vd_emitter_set_editor_url(e, text(f));
    case 18: return vd_emitter_set_fallback_path(e, text(f));
    case 19: return vd_emitter_set_sarif_category(e, text(f));
    case 20: return vd_emitter_set_sarif_max_results(e, next(f) >> below(f, 64));
    case 21: return vd_emitter_set_junit_family(e, (vd_junit_family)number(f, 2));
    case 22: return vd_emitter_finish(e);
    default: return vd_emitter_emit(e, handle(f, SOURCES), handle(f, DIAGNOSTIC));
  }
}

static vd_status other_call(struct fuzzer *f) {
  vd_str page;
  switch (below(f, 12)) {
    case 0: return store(f, POLICY, vd_policy_new(handle(f, TOOL)));
    case 1: return vd_policy_free(handle(f, POLICY));
    case 2: return vd_policy_set_level(handle(f, POLICY), text(f), (vd_level)number(f, 3));
    case 3: return vd_policy_set_max_errors(handle(f, POLICY), next(f) >> below(f, 64));
    case 4: return store(f, TOOL, vd_tool_new(text(f), text(f)));
    case 5: return vd_tool_free(handle(f, TOOL));
    case 6: return vd_tool_set_codes_url(handle(f, TOOL), text(f));
    case 7: return vd_tool_add_code(handle(f, TOOL), text(f), (vd_severity)number(f, 5));
    case 8: return vd_tool_add_page(handle(f, TOOL), text(f));
    case 9: return vd_explain(handle(f, TOOL), text(f), below(f, 32) == 0 ? NULL : &page);
    case 10: return vd_handle_count() < 100000 && vd_version() > 0 ? VD_OK : VD_E_LIMIT;
    default: return vd_status_name((vd_status)number(f, 11))[0] != 0 && vd_last_error() != NULL ? VD_OK : VD_E_PANIC;
  }
}

/* Contexts, and the settings of a crash handler, which is not installed. */
static vd_status crash_call(struct fuzzer *f) {
  switch (below(f, 64)) {
    case 0: return vd_crash_report_url(text(f));
    case 1: return vd_crash_dir(text(f));
    case 2: return vd_crash_without_store();
    case 3: return vd_crash_command_name(text(f));
    case 4: return vd_crash_commit(text(f));
    case 5: return vd_crash_build(text(f));
    case 6: return vd_crash_timeout((uint32_t)next(f));
    case 7: return vd_crash_quiet(below(f, 2) == 0);
    case 8: return vd_crash_previous_handlers_first(below(f, 2) == 0);
    case 9: return vd_crash_dump_on(number(f, 12));
    case 10: return vd_crash_watchdog((uint32_t)next(f));
    case 11: return vd_crash_format(text(f));
    case 12: return vd_crash_color((vd_color)number(f, 3));
    case 13: return vd_crash_uninstall();
    case 14: return vd_crash_report(text(f));
    case 15: return vd_crash_report_at(text(f), f, handle(f, TOOL));
    case 16:
    case 17:
    case 18:
    case 19: return vd_crash_set_sources(handle(f, SOURCES));
    case 20: return vd_context_depth() < UINT32_MAX ? VD_OK : VD_E_PANIC;
    case 21: return vd_context_pop_to(below(f, 100));
    case 22: return vd_context_push_at(text(f), span(f), handle(f, TOOL), handle(f, TOOL));
    default:
      switch (below(f, 5)) {
        case 0: return vd_context_push(text(f), span(f));
        case 1: return (vd_context_push)(text(f), span(f));
        case 2: return vd_context_field(text(f), text(f));
        default: return vd_context_pop();
      }
  }
}

static void call(struct fuzzer *f) {
  vd_status status;
  uint32_t kind = below(f, 17);
  status = kind < 3 ? sources_call(f) : kind < 9 ? diagnostic_call(f) : kind < 12 ? bag_call(f) : kind < 15 ? emitter_call(f) : kind < 16 ? other_call(f) : crash_call(f);
  f->calls += 1;
  if ((uint32_t)status >= STATUSES || status == VD_E_PANIC) {
    fprintf(stderr, "after %llu calls: %s: %s\n", (unsigned long long)f->calls, vd_status_name(status), vd_last_error());
    abort();
  }
  f->statuses[status] += 1;
}

struct job {
  struct fuzzer fuzzer;
  uint64_t calls;
};

static void *fuzz(void *argument) {
  struct job *job = argument;
  own = &job->fuzzer;
  while (job->fuzzer.calls < job->calls) {
    call(&job->fuzzer);
  }
  own = NULL;
  return NULL;
}

int main(int argc, char **argv) {
  static struct job jobs[64];
  pthread_t threads[64];
  uint64_t calls = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
  uint64_t seed = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
  uint64_t count = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
  uint64_t at, made = 0;
  int type, slot;
  if (count < 1 || count > 64) {
    return 2;
  }
  signal(SIGPIPE, SIG_IGN);
  null_file = fopen("/dev/null", "w");
  jobs[0].fuzzer.state = seed;
  for (at = 0; at < POOL; at++) {
    pool[at] = (char)next(&jobs[0].fuzzer);
  }
  for (at = 0; at < count; at++) {
    jobs[at].fuzzer.state = seed * 1000 + at;
    jobs[at].calls = calls / count;
  }
  if (count == 1) {
    fuzz(&jobs[0]);
  } else {
    for (at = 0; at < count; at++) {
      pthread_create(&threads[at], NULL, fuzz, &jobs[at]);
    }
    for (at = 0; at < count; at++) {
      pthread_join(threads[at], NULL);
    }
  }
  vd_crash_set_sources(NULL);
  for (type = 0; type < TYPES; type++) {
    for (slot = 0; slot < SLOTS; slot++) {
      vd_status status = free_one(type, shared[type][slot]);
      if (status != VD_OK && status != VD_E_STALE) {
        fprintf(stderr, "a handle cannot be freed: %s\n", vd_last_error());
        return 1;
      }
    }
  }
  for (slot = 0; slot < STATUSES; slot++) {
    uint64_t sum = 0;
    for (at = 0; at < count; at++) {
      sum += jobs[at].fuzzer.statuses[slot];
    }
    made += sum;
    printf("%-16s %10llu\n", vd_status_name((vd_status)slot), (unsigned long long)sum);
  }
  printf("%llu calls with seed %llu in %llu threads\n", (unsigned long long)made, (unsigned long long)seed, (unsigned long long)count);
  fclose(null_file);
  if (vd_handle_count() != 0 || borrowed != released) {
    fprintf(stderr, "%zu handles were not freed; %llu texts were borrowed, %llu released\n", vd_handle_count(),
            (unsigned long long)borrowed, (unsigned long long)released);
    return 1;
  }
  return 0;
}
