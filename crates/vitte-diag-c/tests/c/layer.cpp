// The C++ layer.
#include <vitte_diag.hpp>

#include <ostream>
#include <sstream>
#include <type_traits>

#include "check.h"

static_assert(!std::is_copy_constructible_v<vitte::Bag> && std::is_nothrow_move_constructible_v<vitte::Bag>);
static_assert(std::is_nothrow_move_assignable_v<vitte::Diagnostic>);

static std::string written(const char *format, const vitte::Bag &bag, const vitte::Sources &sources) {
  vitte::Emitter emitter(format);
  CHECK(emitter.to_buffer().emit(bag, sources) == VD_OK);
  return std::string(emitter.text());
}

// A chain on a temporary object, and one on a variable.
static void chains() {
  vitte::Sources sources;
  vitte::File file = sources.add("a.my", "let x = y\n");
  vitte::Bag bag;
  CHECK(bag.push(vitte::error("E1", {file, 8, 9}, "unknown name").label("not found").secondary({file, 4, 5}, "for this")
                     .suggest(VD_MAYBE_INCORRECT, {file, 8, 9}, "x", "use it").note("a note").help("help")) == VD_OK);
  auto warning = vitte::warning("W1", {file, 4, 5}, "unused");
  warning.tag(VD_UNNECESSARY).step(VD_INCLUDE, vitte::no_span, "included").child(VD_NOTE, "child");
  warning.child_label(VD_PRIMARY, {file, 0, 3}, "here").suggest(VD_MACHINE_APPLICABLE, "remove", {{{file, 0, 9}, ""}});
  warning.alternative({{{file, 4, 5}, "_"}});
  CHECK(warning && warning.status() == VD_OK);
  CHECK(bag.push(std::move(warning)) == VD_OK && bag.size() == 2);
  CHECK(bag.has_errors() && bag.count(VD_WARNING) == 1);
  std::string text = written("human", bag, sources);
  for (const char *part : {"error[E1]: unknown name", "not found", "for this", "= note: a note", "help: use it",
                           "warning[W1]: unused", "note: child", "here"}) {
    CONTAINS(text_of(text.data(), text.size()), part);
  }
}

// Handles are freed once, whoever owns them.
static void owners() {
  std::size_t before = vd_handle_count();
  {
    vitte::Bag a;
    vitte::Bag b(std::move(a));
    vitte::Bag c;
    c = std::move(b);
    CHECK(vd_handle_count() == before + 1);
    vitte::Bag &self = c;
    c = std::move(self);
    CHECK(c.push(vitte::error("", vitte::no_span, "x")) == VD_OK);
    CHECK(c.push(vitte::error("", vitte::no_span, "y")) == VD_OK);
    vitte::Bag d;
    CHECK(d.merge(std::move(c)) == VD_OK && d.size() == 2);
    vitte::Bag &same = d;
    CHECK(d.merge(std::move(same)) == VD_E_ARGUMENT && d.size() == 2);
    CHECK(vd_handle_count() == before + 1);
    // A diagnostic that is not pushed.
    vitte::error("", vitte::no_span, "z");
    // What has been moved away is NULL.
    CHECK(a.push(vitte::error("", vitte::no_span, "z")) == VD_E_NULL);
    CHECK(a.has_errors());
  }
  CHECK(vd_handle_count() == before);
}

// The first failure stays.
static void failures_are_recorded() {
  vitte::Emitter unknown("xml");
  CHECK(!unknown && unknown.status() == VD_E_ARGUMENT);
  auto error = vitte::error("E1", vitte::no_span, "x");
  error.alternative({}).note("a note");
  CHECK(error.status() == VD_E_NOT_FOUND);
  vitte::Bag bag;
  CHECK(bag.push(vitte::error("E1", vitte::no_span, "x").secondary(vitte::no_span, "y").note("z")) == VD_E_ARGUMENT);
  CHECK(bag.size() == 1 && bag.status() == VD_E_ARGUMENT);
  vitte::Tool tool("mycc", "1");
  tool.code("E1", VD_ERROR).codes_url("https://a.b/");
  CHECK(tool && tool.explain("E1").empty());
  vitte::Policy policy(tool);
  CHECK(!policy.level("E2", VD_ALLOW));
  CHECK(vitte::Policy().level("W", VD_DENY).max_errors(3).status() == VD_OK);
}

static void sources() {
  vitte::Sources sources;
  const std::string text(1000, 'x');
  vitte::File taken = sources.take("taken", text);
  vitte::File borrowed = sources.borrow("borrowed", text);
  CHECK(sources.text(taken) == text && sources.text(taken).data() != text.data());
  CHECK(sources.text(borrowed).data() == text.data() && sources.path(borrowed) == "borrowed");
  CHECK(sources.remove(taken) == VD_OK && sources.text(taken).empty());
  CHECK(sources.load("/no/such/file") == VD_NO_FILE && vd_last_status() == VD_E_IO);
}

static void options_and_patches() {
  vitte::Sources sources;
  vitte::File file = sources.add("a.my", "\tlet x\n");
  vitte::Bag bag;
  bag.push(vitte::warning("W1", {file, 5, 6}, "unused").suggest(VD_MACHINE_APPLICABLE, {file, 5, 6}, "_x", "rename it"));
  vitte::Emitter emitter("human");
  emitter.to_fd(1).background(VD_BACKGROUND_DARK).context_lines(1).tab_width(2).theme("ansi").fallback_path("a.my");
  emitter.editor_url("vscode://file/{path}:{line}").style(VD_STYLE_UNICODE).width(60).color(VD_COLOR_NEVER).to_buffer();
  emitter.sarif_category("nightly").sarif_max_results(5).junit_family(VD_JUNIT_JENKINS);
  CHECK(emitter.emit(bag, sources) == VD_OK && emitter.status() == VD_OK);
  CHECK(emitter.text().find("1 │   let x") != std::string_view::npos);
  CHECK(bag.patch(sources).find("-\tlet x\n+\tlet _x\n") != std::string::npos);
  CHECK(bag.patch(vitte::Sources("/")).empty());
  vitte::Emitter known("baseline");
  CHECK(known.to_buffer().emit(bag, sources) == VD_OK);
  CHECK(bag.apply_baseline(sources, known.text()) == 1 && bag.size() == 0);
}

// A stream that fails, and one that throws.
struct Broken : std::streambuf {
  int overflow(int) override {
#if defined(__cpp_exceptions)
    throw 1;
#else
    return traits_type::eof();
#endif
  }
};

static void streams() {
  vitte::Sources sources;
  vitte::Bag bag;
  bag.push(vitte::error("E1", vitte::no_span, "x"));
  std::ostringstream good;
  CHECK(vitte::Emitter("short", good).emit(bag, sources) == VD_OK);
  CHECK(good.str() == "error[E1]: x\n");
  Broken buffer;
  std::ostream broken(&buffer);
  CHECK(vitte::Emitter("short", broken).emit(bag, sources) == VD_E_IO);
#if defined(__cpp_exceptions)
  std::ostream throws(&buffer);
  throws.exceptions(std::ios::badbit);
  CHECK(vitte::Emitter("short", throws).emit(bag, sources) == VD_E_IO);
#endif
}

// A context ends with its scope, also with those that were left open in it.
static void contexts() {
  {
    vitte::Context outer("checking");
    CHECK(outer.field("fn", "main").field("pass", "1").status() == VD_OK);
    vitte::Context inner("folding", {0, 1, 2});
    CHECK(vd_context_push(VD_STR("left open"), vitte::no_span) == VD_OK);
    CHECK(inner.status() == VD_OK);
  }
  CHECK(vd_context_depth() == 0);
  vitte::Context full("full");
  full.field("a", "").field("b", "").field("c", "").field("d", "");
  // Without crash capture nothing is recorded.
  CHECK(full.status() == (vd_context_depth() == 1 ? VD_E_LIMIT : VD_OK));
}

int main() {
  chains();
  owners();
  failures_are_recorded();
  sources();
  options_and_patches();
  streams();
  contexts();
  return finished();
}
