/* Emitters: every format, its options, and every kind of output. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <unistd.h>
#include <wchar.h>

#include "check.h"

static vd_sources *sources;
static vd_file file;
static vd_bag *bag;

/* The formats, each with what its output contains. */
static const char *const formats[][2] = {
    {"human", "error[E0001]: illegal character `@`\n --> a.my:1:9\n  |\n1 | let x = @\n  |         ^\n"},
    {"short", "a.my:1:9: error[E0001]: illegal character `@`\n"},
    {"narrated", "illegal character"},
    {"json", "\"code\":\"E0001\""},
    {"sarif", "\"ruleId\":\"E0001\""},
    {"lsp", "\"code\":\"E0001\""},
    {"github", "::error"},
    {"gitlab", "\"check_name\":\"E0001\""},
    {"junit", "<testsuite"},
    {"rdjson", "\"E0001\""},
    {"html", "<div class=\"vitte-diag\">"},
    {"gcc", "a.my:1:9: error: illegal character `@` [E0001]\n"},
    {"rustc", "\"$message_type\":\"diagnostic\""},
    {"checkstyle", "<checkstyle version="},
    {"azure", "##vso[task.logissue type=error;"},
    {"teamcity", "##teamcity[inspection typeId='E0001'"},
    {"sonarqube", "\"ruleId\":\"E0001\""},
    {"bitbucket", "\"report_type\":\"BUG\""},
    {"rdjsonl", "\"E0001\""},
    {"tap", "not ok 1 - a.my: E0001: illegal character `@`\n"},
    {"csv", "error,E0001,illegal character `@`,a.my,1,9,"},
    {"baseline", "\"path\":\"a.my\",\"message\":\"illegal character `@`\""},
};

/* Reads a file from its beginning. */
static vd_str content(const char *path, char *buffer, size_t size) {
  FILE *written = fopen(path, "rb");
  vd_str text = {NULL, 0};
  text.data = buffer;
  text.len = fread(buffer, 1, size, written);
  fclose(written);
  return text;
}

static int append(void *user, const char *data, size_t len) {
  FILE *written = user;
  return fwrite(data, 1, len, written) == len ? 0 : EIO;
}

static void every_format_to_every_output(void) {
  static char first[1 << 20], other[1 << 20];
  size_t at;
  for (at = 0; at < sizeof formats / sizeof formats[0]; at++) {
    vd_emitter *emitter = buffered(formats[at][0]);
    vd_str output = {NULL, 0}, expected;
    FILE *written;
    int descriptor;
    OK(vd_bag_emit(bag, sources, emitter));
    OK(vd_emitter_buffer(emitter, &output));
    CONTAINS(output, formats[at][1]);
    CHECK(output.len < sizeof first);
    memcpy(first, output.data, output.len);
    expected = text_of(first, output.len);
    OK(vd_emitter_free(emitter));

    emitter = vd_emitter_new(vd_z(formats[at][0]));
    written = fopen("output", "wb");
    OK(vd_emitter_to_file(emitter, written));
    OK(vd_bag_emit(bag, sources, emitter));
    /* It was flushed. */
    output = content("output", other, sizeof other);
    CHECK(output.len == expected.len && memcmp(output.data, expected.data, output.len) == 0);
    OK(vd_emitter_free(emitter));
    fclose(written);

    emitter = vd_emitter_new(vd_z(formats[at][0]));
    descriptor = open("output", O_WRONLY | O_TRUNC);
    OK(vd_emitter_to_fd(emitter, descriptor));
    OK(vd_bag_emit(bag, sources, emitter));
    OK(vd_emitter_free(emitter));
    close(descriptor);
    output = content("output", other, sizeof other);
    CHECK(output.len == expected.len && memcmp(output.data, expected.data, output.len) == 0);

    emitter = vd_emitter_new(vd_z(formats[at][0]));
    written = fopen("output", "wb");
    OK(vd_emitter_to_callback(emitter, append, written));
    OK(vd_bag_emit(bag, sources, emitter));
    OK(vd_emitter_free(emitter));
    fclose(written);
    output = content("output", other, sizeof other);
    CHECK(output.len == expected.len && memcmp(output.data, expected.data, output.len) == 0);
  }
  RETURNS(vd_emitter_new(vd_z("xml")), NULL, VD_E_ARGUMENT, "xml");
  RETURNS(vd_emitter_new(vd_z("hum\nan")), NULL, VD_E_ARGUMENT, "");
  CHECK(strchr(vd_last_error(), '\n') == NULL);
  RETURNS(vd_emitter_new(NONE), NULL, VD_E_ARGUMENT, "");
  RETURNS(vd_emitter_new(HUGE_NULL), NULL, VD_E_ARGUMENT, "is NULL, but has");
}

/* The output of the bag in a format, with one option. */
#define SHOWS_IN(format, option, part)      \
  do {                                      \
    vd_str output = {NULL, 0};              \
    emitter = buffered(format);             \
    OK(option);                             \
    OK(vd_bag_emit(bag, sources, emitter)); \
    OK(vd_emitter_buffer(emitter, &output)); \
    CONTAINS(output, part);                 \
    OK(vd_emitter_free(emitter));           \
  } while (0)

#define SHOWS(option, part) SHOWS_IN("human", option, part)

static void options(void) {
  vd_emitter *emitter;
  vd_tool *tool = vd_tool_new(vd_z("mycc"), vd_z("1"));
  SHOWS(vd_emitter_set_color(emitter, VD_COLOR_ALWAYS), "\x1b[");
  SHOWS(vd_emitter_set_color(emitter, VD_COLOR_NEVER), "error");
  SHOWS(vd_emitter_set_background(emitter, VD_BACKGROUND_DARK), "E0001");
  SHOWS(vd_emitter_set_width(emitter, 40), "E0001");
  SHOWS(vd_emitter_set_width(emitter, UINT32_MAX), "E0001");
  SHOWS(vd_emitter_set_style(emitter, VD_STYLE_UNICODE), "\xe2\x94\x82");
  SHOWS(vd_emitter_set_style(emitter, VD_STYLE_RUSTC), "E0001");
  SHOWS(vd_emitter_set_theme(emitter, vd_z("color-blind-dark")), "E0001");
  SHOWS(vd_emitter_set_context_lines(emitter, 1), "second line");
  SHOWS(vd_emitter_set_context_lines(emitter, UINT32_MAX), "second line");
  SHOWS(vd_emitter_set_tab_width(emitter, 8), "E0001");
  SHOWS(vd_emitter_set_tab_width(emitter, 0), "E0001");
  SHOWS(vd_emitter_set_tab_width(emitter, UINT32_MAX), "E0001");
  SHOWS(vd_emitter_set_editor_url(emitter, vd_z("vscode://file/{path}:{line}:{column}")), "E0001");
  SHOWS(vd_emitter_set_fallback_path(emitter, vd_z("Makefile")), "E0001");
  SHOWS(vd_emitter_set_tool(emitter, tool), "E0001");
  SHOWS_IN("sarif", vd_emitter_set_sarif_category(emitter, vd_z("nightly")), "\"automationDetails\":{\"id\":\"nightly/");
  SHOWS_IN("sarif", vd_emitter_set_sarif_max_results(emitter, 1), "E0001");
  SHOWS_IN("sarif", vd_emitter_set_sarif_max_results(emitter, UINT64_MAX), "E0001");
  SHOWS_IN("junit", vd_emitter_set_junit_family(emitter, VD_JUNIT_LOCATED), "file=\"a.my\" line=\"1\"");
  SHOWS_IN("junit", vd_emitter_set_junit_family(emitter, VD_JUNIT_JENKINS), "name=\"E0001: illegal character `@`\">");

  emitter = buffered("human");
  FAILS(vd_emitter_set_color(emitter, (vd_color)3), VD_E_ARGUMENT, "3 is not a vd_color");
  FAILS(vd_emitter_set_background(emitter, (vd_background)3), VD_E_ARGUMENT, "3 is not a vd_background");
  FAILS(vd_emitter_set_style(emitter, (vd_style)3), VD_E_ARGUMENT, "3 is not a vd_style");
  FAILS(vd_emitter_set_theme(emitter, vd_z("pink")), VD_E_ARGUMENT, "pink");
  FAILS(vd_emitter_set_theme(emitter, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_emitter_set_editor_url(emitter, vd_z("no placeholders")), VD_E_ARGUMENT, "");
  FAILS(vd_emitter_set_editor_url(emitter, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_emitter_set_fallback_path(emitter, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_emitter_set_sarif_category(emitter, HUGE_NULL), VD_E_ARGUMENT, "is NULL, but has");
  FAILS(vd_emitter_set_junit_family(emitter, (vd_junit_family)2), VD_E_ARGUMENT, "2 is not a vd_junit_family");

  /* After the first output. */
  OK(vd_bag_emit(bag, sources, emitter));
  FAILS(vd_emitter_set_color(emitter, VD_COLOR_NEVER), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_background(emitter, VD_BACKGROUND_DARK), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_width(emitter, 1), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_style(emitter, VD_STYLE_ASCII), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_theme(emitter, vd_z("ansi")), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_context_lines(emitter, 1), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_tab_width(emitter, 1), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_editor_url(emitter, vd_z("x://{path}")), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_fallback_path(emitter, vd_z("x")), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_sarif_category(emitter, vd_z("x")), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_sarif_max_results(emitter, 1), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_junit_family(emitter, VD_JUNIT_LOCATED), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_set_tool(emitter, tool), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_to_buffer(emitter), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_to_fd(emitter, 2), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_to_file(emitter, stderr), VD_E_BUSY, "the emitter has written output");
  FAILS(vd_emitter_to_callback(emitter, append, NULL), VD_E_BUSY, "the emitter has written output");
  OK(vd_emitter_free(emitter));
  OK(vd_emitter_free(NULL));
  OK(vd_tool_free(tool));
}

static void buffers(void) {
  vd_emitter *emitter = vd_emitter_new(vd_z("short"));
  vd_diagnostic *error = diag_error(NULL, vd_span_of(file, 0, 1), "one");
  vd_str output = {"untouched", 9};
  FAILS(vd_emitter_buffer(emitter, &output), VD_E_ARGUMENT, "the emitter does not write to a buffer");
  FAILS(vd_emitter_clear_buffer(emitter), VD_E_ARGUMENT, "the emitter does not write to a buffer");
  SAME(output, "untouched");
  OK(vd_emitter_to_fd(emitter, -1));
  OK(vd_emitter_to_buffer(emitter));
  FAILS(vd_emitter_buffer(emitter, NULL), VD_E_NULL, "output parameter");
  OK(vd_emitter_buffer(emitter, &output));
  SAME(output, "");
  OK(vd_emitter_emit(emitter, sources, error));
  OK(vd_emitter_emit(emitter, sources, error));
  OK(vd_emitter_finish(emitter));
  OK(vd_emitter_finish(emitter));
  OK(vd_emitter_buffer(emitter, &output));
  SAME(output, "a.my:1:1: error: one\na.my:1:1: error: one\n");
  OK(vd_emitter_clear_buffer(emitter));
  OK(vd_emitter_buffer(emitter, &output));
  SAME(output, "");
  OK(vd_diagnostic_free(error));
  OK(vd_emitter_free(emitter));
}

static int fail(void *user, const char *data, size_t len) {
  (void)data;
  (void)len;
  return *(int *)user;
}

/* What fails while it writes. */
static void fails_with(vd_emitter *emitter, const char *text) {
  FAILS(vd_bag_emit(bag, sources, emitter), VD_E_IO, "cannot write the output: ");
  FAILS(vd_bag_emit(bag, sources, emitter), VD_E_IO, text);
  OK(vd_emitter_free(emitter));
}

static void failing_outputs(void) {
  static int errors[] = {ENOSPC, EINTR, EPIPE, 99999, -5};
  size_t at;
  int pipes[2];
  vd_emitter *emitter = vd_emitter_new(vd_z("json"));
  FILE *full = fopen("/dev/full", "w");
  FILE *reads = fopen("/dev/null", "r");
  FAILS(vd_emitter_to_callback(emitter, NULL, NULL), VD_E_NULL, "the callback is NULL");
  FAILS(vd_emitter_to_file(emitter, NULL), VD_E_NULL, "the FILE is NULL");
  OK(vd_emitter_free(emitter));
  for (at = 0; at < sizeof errors / sizeof errors[0]; at++) {
    char text[64];
    emitter = vd_emitter_new(vd_z("json"));
    OK(vd_emitter_to_callback(emitter, fail, &errors[at]));
    snprintf(text, sizeof text, "(os error %d)", errors[at]);
    fails_with(emitter, text);
  }

  emitter = vd_emitter_new(vd_z("short"));
  OK(vd_emitter_to_fd(emitter, -1));
  fails_with(emitter, "(os error 9)");
  emitter = vd_emitter_new(vd_z("short"));
  OK(vd_emitter_to_fd(emitter, 12345));
  fails_with(emitter, "(os error 9)");
  emitter = vd_emitter_new(vd_z("html"));
  OK(vd_emitter_to_file(emitter, full));
  fails_with(emitter, "(os error 28)");
  emitter = vd_emitter_new(vd_z("sarif"));
  OK(vd_emitter_to_fd(emitter, fileno(full)));
  fails_with(emitter, "(os error 28)");
  emitter = vd_emitter_new(vd_z("sarif"));
  OK(vd_emitter_to_file(emitter, reads));
  fails_with(emitter, "(os error 9)");
  FAILS(diag_emit_json(bag, sources, full), VD_E_IO, "(os error 28)");
  FAILS(diag_emit_json(bag, sources, NULL), VD_E_NULL, "the FILE is NULL");
  fclose(full);
  fclose(reads);

  /* The library does not change what happens with SIGPIPE. */
  signal(SIGPIPE, SIG_IGN);
  CHECK(pipe(pipes) == 0);
  close(pipes[0]);
  emitter = vd_emitter_new(vd_z("human"));
  OK(vd_emitter_to_fd(emitter, pipes[1]));
  fails_with(emitter, "(os error 32)");
  close(pipes[1]);

  /* Output after a failure. */
  at = 0;
  errors[0] = ENOSPC;
  emitter = vd_emitter_new(vd_z("short"));
  OK(vd_emitter_to_callback(emitter, fail, &errors[0]));
  FAILS(vd_bag_emit(bag, sources, emitter), VD_E_IO, "(os error 28)");
  errors[0] = 0;
  OK(vd_bag_emit(bag, sources, emitter));
  OK(vd_emitter_free(emitter));
}

/* A failure of which errno is not the reason, and which must not be tried again without end. */
static void wide_output(void) {
  FILE *wide = fopen("output", "w");
  vd_emitter *emitter = vd_emitter_new(vd_z("json"));
  CHECK(fwide(wide, 1) > 0);
  OK(vd_emitter_to_file(emitter, wide));
  alarm(60);
  errno = EINTR;
  FAILS(vd_bag_emit(bag, sources, emitter), VD_E_IO, "cannot write the output: the FILE is for wide characters");
  alarm(0);
  OK(vd_emitter_free(emitter));
  fclose(wide);
}

static void *read_from(void *pipe) {
  CHECK(fgetc(pipe) == 'x');
  return NULL;
}

/* Output to descriptor 1 comes after what is in the buffer of stdout, and does not wait for a thread that reads. */
static void standard_output(void) {
  char buffer[4096];
  int pipes[2];
  int saved = dup(1);
  int descriptor = open("output", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  vd_emitter *emitter = vd_emitter_new(vd_z("json"));
  pthread_t reader;
  vd_str output;
  FILE *reads;
  CHECK(pipe(pipes) == 0);
  reads = fdopen(pipes[0], "r");
  CHECK(pthread_create(&reader, NULL, read_from, reads) == 0);
  usleep(20000);
  dup2(descriptor, 1);
  printf("before\n");
  OK(vd_bag_emit(bag, sources, emitter));
  printf("between\n");
  OK(diag_emit_json(bag, sources, stdout));
  printf("after\n");
  fflush(stdout);
  dup2(saved, 1);
  CHECK(write(pipes[1], "x", 1) == 1);
  pthread_join(reader, NULL);
  fclose(reads);
  close(pipes[1]);
  close(descriptor);
  close(saved);
  output = content("output", buffer, sizeof buffer - 1);
  buffer[output.len] = 0;
  CHECK(strncmp(buffer, "before\n{", 8) == 0);
  CHECK(strstr(buffer, "}\nbetween\n{") != NULL);
  CHECK(strstr(buffer, "}\nafter\n") != NULL);
  OK(vd_emitter_free(emitter));
}

static void standard_error(void) {
  char buffer[4096];
  int saved = dup(2);
  int descriptor = open("output", O_WRONLY | O_CREAT | O_TRUNC, 0600);
  vd_str output;
  vd_status status[2];
  dup2(descriptor, 2);
  status[0] = diag_emit_human(bag, sources, false);
  status[1] = diag_emit_human(bag, sources, true);
  dup2(saved, 2);
  close(descriptor);
  close(saved);
  OK(status[0]);
  OK(status[1]);
  output = content("output", buffer, sizeof buffer);
  CONTAINS(output, formats[0][1]);
  CONTAINS(output, "\x1b[");
}

/* Without a tool, the compiler is the program. */
static void default_tool(void) {
  vd_emitter *emitter = buffered("sarif");
  vd_str output;
  OK(vd_bag_emit(bag, sources, emitter));
  OK(vd_emitter_buffer(emitter, &output));
  CONTAINS(output, "\"driver\":{\"name\":\"emitters");
  OK(vd_emitter_free(emitter));
}

int main(void) {
  sources = vd_sources_new();
  file = vd_sources_add(sources, vd_z("a.my"), vd_z("let x = @\nsecond line\n"));
  bag = vd_bag_new(NULL);
  OK(vd_bag_push(bag, diag_error("E0001", vd_span_of(file, 8, 9), "illegal character `@`")));
  every_format_to_every_output();
  options();
  default_tool();
  buffers();
  failing_outputs();
  wide_output();
  standard_output();
  standard_error();
  OK(vd_bag_free(bag));
  OK(vd_sources_free(sources));
  return finished();
}
