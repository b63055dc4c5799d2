/* Crashes on request, as the first argument says. Run by tests/it/crash.rs. */
#include <assert.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "vitte_diag.h"

#define SOURCE_TEXT "fn main() {\n  let x = 1 / 0;\n}\n"

static vd_sources *sources;
static vd_file file;
static const char *scenario;
static volatile int zero;
static int *volatile null_pointer;
static jmp_buf recovery;

static int is(const char *name) { return strcmp(scenario, name) == 0; }

/* Stops unless a status is the expected one. */
static void expect(vd_status status, vd_status expected) {
  if (status != expected) {
    printf("%s instead of %s: %s\n", vd_status_name(status), vd_status_name(expected),
           vd_last_error());
    exit(99);
  }
}

__attribute__((noinline)) static int overflow(int depth) {
  volatile char space[512];
  space[depth % 512] = (char)depth;
  if (zero != 0) {
    return 0;
  }
  return overflow(depth + 1) + space[(depth + 1) % 512];
}

__attribute__((noinline)) static void crash(void) {
  if (is("abort")) {
    abort();
  } else if (is("assert")) {
    assert(zero == 1 && "the tree has a root");
  } else if (is("overflow")) {
    overflow(0);
  } else if (is("divide")) {
    printf("%d\n", 100 / zero);
  } else if (is("trap")) {
    __builtin_trap();
  } else if (is("term")) {
    kill(getpid(), SIGTERM);
  } else {
    *null_pointer = 1;
  }
}

/* Opens a context in its own frame. */
__attribute__((noinline)) static void fold(void) {
  const char invalid[] = "1 \xff 2";
  expect(vd_context_push(VD_STR("folding"), vd_span_of(file, 22, 27)), VD_OK);
  expect(vd_context_field(VD_STR("operator"), VD_STR("/")), VD_OK);
  expect(vd_context_field(VD_STR("operands"), vd_z(invalid)), VD_OK);
  crash();
  expect(vd_context_pop(), VD_OK);
}

__attribute__((noinline)) static void check(void) {
  char name[32];
  /* The text is copied. */
  snprintf(name, sizeof name, "check%s", "ing");
  expect(vd_context_push(vd_z(name), vd_span_of(file, 0, 9)), VD_OK);
  memset(name, 'x', sizeof name);
  expect(vd_context_field(VD_STR("fn"), VD_STR("main")), VD_OK);
  fold();
  expect(vd_context_pop(), VD_OK);
}

static void *thread_main(void *argument) {
  (void)argument;
  check();
  return NULL;
}

/* Ends with three open contexts. */
static void *open_contexts(void *argument) {
  int count;
  (void)argument;
  for (count = 0; count < 3; count++) {
    expect(vd_context_push(VD_STR("left open"), vd_span_of(file, 0, 2)), VD_OK);
  }
  return NULL;
}

static void *install(void *argument) {
  expect(vd_crash_install(VD_STR("crasher"), VD_STR("1.2.3")), VD_OK);
  return argument;
}

static void run(void *(*body)(void *)) {
  pthread_t thread;
  if (pthread_create(&thread, NULL, body, NULL) != 0 || pthread_join(thread, NULL) != 0) {
    exit(98);
  }
}

__attribute__((noinline)) static void leave(void) {
  expect(vd_context_push(VD_STR("left by longjmp"), vd_span_of(file, 0, 2)), VD_OK);
  longjmp(recovery, 1);
}

static void use_contexts(void) {
  int count;
  expect(vd_context_pop(), VD_E_NOT_FOUND);
  expect(vd_context_field(VD_STR("key"), VD_STR("value")), VD_E_NOT_FOUND);
  expect(vd_context_push(VD_STR("fields"), vd_span_of(VD_NO_FILE, 0, 0)), VD_OK);
  for (count = 0; count < 3; count++) {
    expect(vd_context_field(VD_STR("key"), VD_STR("value")), VD_OK);
  }
  expect(vd_context_field(VD_STR("key"), VD_STR("value")), VD_E_LIMIT);
  expect(vd_context_pop(), VD_OK);
  for (count = 0; count < 1000; count++) {
    expect(vd_context_push(VD_STR("many"), vd_span_of(file, 0, 2)), VD_OK);
    expect(vd_context_field(VD_STR("key"), VD_STR("value")), VD_OK);
  }
  if (vd_context_depth() != 1000) {
    exit(97);
  }
  expect(vd_context_pop_to(2000), VD_OK);
  expect(vd_context_pop_to(0), VD_OK);
  expect(vd_context_pop(), VD_E_NOT_FOUND);
  for (count = 0; count < 600; count++) {
    run(open_contexts);
  }
}

__attribute__((noinline)) static void use_wrong_arguments(void) {
  vd_str none = {NULL, 7};
  static char huge[100000];
  vd_status (*push)(vd_str, vd_span) = vd_context_push;
  memset(huge, 0xff, sizeof huge);
  expect(vd_context_push(none, vd_span_of(file, 0, 2)), VD_E_ARGUMENT);
  expect(push((vd_str){huge, sizeof huge}, (vd_span){file, 9, 2}), VD_OK);
  expect(vd_context_field((vd_str){huge, sizeof huge}, (vd_str){huge, sizeof huge}), VD_OK);
  expect(vd_context_field(none, none), VD_E_ARGUMENT);
  expect(vd_context_push((vd_str){NULL, 0}, (vd_span){77, 0, 2}), VD_OK);
  expect(vd_crash_format(VD_STR("latin")), VD_E_ARGUMENT);
  expect(vd_crash_set_sources((const vd_sources *)(const void *)huge), VD_E_HANDLE);
  crash();
}

static void configure(void) {
  const char *dir = getenv("CRASHER_DIR");
  expect(vd_crash_uninstall(), VD_E_NOT_FOUND);
  expect(vd_crash_report(VD_STR("too early")), VD_E_NOT_FOUND);
  expect(vd_crash_report_url(VD_STR("https://example.org/issues")), VD_OK);
  expect(vd_crash_command_name(VD_STR("mycc")), VD_OK);
  expect(vd_crash_commit(VD_STR("0123abc")), VD_OK);
  expect(vd_crash_build(VD_STR("tested")), VD_OK);
  expect(vd_crash_timeout(20000), VD_OK);
  expect(vd_crash_quiet(is("quiet")), VD_OK);
  expect(vd_crash_color(VD_COLOR_NEVER), VD_OK);
  expect(vd_crash_dump_on(SIGTERM), VD_E_ARGUMENT);
  expect(vd_crash_dir(vd_z(dir)), VD_OK);
  if (dir == NULL) {
    expect(vd_crash_without_store(), VD_OK);
  }
  if (is("dump")) {
    expect(vd_crash_dump_on(SIGUSR1), VD_OK);
  }
}

static void set_up_sources(void) {
  sources = vd_sources_new();
  file = vd_sources_add(sources, VD_STR("main.my"), VD_STR(SOURCE_TEXT));
  expect(vd_crash_set_sources(sources), VD_OK);
  /* What was shared stays. */
  expect(vd_sources_free(sources), VD_OK);
}

int main(int argc, char **argv) {
  scenario = argc > 1 ? argv[1] : "";
  if (!is("no-handler") && getenv("CRASHER_WITHOUT_HANDLER") == NULL) {
    configure();
    if (is("other-thread")) {
      run(install);
    } else {
      install(NULL);
    }
    expect(vd_crash_install(VD_STR("again"), VD_STR("2")), VD_E_BUSY);
    expect(vd_crash_timeout(1), VD_E_BUSY);
  }
  set_up_sources();
  if (is("thread")) {
    run(thread_main);
  } else if (is("many")) {
    use_contexts();
    crash();
  } else if (is("wrong")) {
    use_wrong_arguments();
  } else if (is("longjmp")) {
    const uint32_t depth = vd_context_depth();
    if (setjmp(recovery) == 0) {
      leave();
    }
    expect(vd_context_pop_to(depth), VD_OK);
    check();
  } else if (is("uninstall")) {
    expect(vd_context_push(VD_STR("open"), vd_span_of(file, 0, 2)), VD_OK);
    expect(vd_crash_uninstall(), VD_OK);
    expect(vd_context_pop(), VD_OK);
    crash();
  } else if (is("reinstall")) {
    expect(vd_crash_uninstall(), VD_OK);
    install(NULL);
    check();
  } else if (is("fork")) {
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
      check();
    }
    waitpid(child, &status, 0);
    return WIFSIGNALED(status) ? 100 + WTERMSIG(status) : 96;
  } else if (is("json")) {
    expect(vd_crash_format(VD_STR("json")), VD_OK);
    check();
  } else if (is("ice")) {
    expect(vd_context_push(VD_STR("lowering"), vd_span_of(file, 22, 27)), VD_OK);
    expect(vd_crash_report(VD_STR("a block without a terminator")), VD_OK);
    expect(vd_context_pop(), VD_OK);
    return 4;
  } else if (is("dump")) {
    expect(vd_context_push(VD_STR("waiting"), vd_span_of(file, 22, 27)), VD_OK);
    kill(getpid(), SIGUSR1);
    return 3;
  } else {
    check();
  }
  return 0;
}
