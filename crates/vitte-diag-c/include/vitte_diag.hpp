// vitte_diag.hpp - C++17 for vitte_diag.h: owners, std::string_view, chains of calls. MIT licence.
//
//     vitte::Sources sources;
//     vitte::File file = sources.add("main.my", "let x = @\n");
//     vitte::Bag bag;
//     bag.push(vitte::error("E0001", {file, 8, 9}, "illegal character `@`").help("remove it"));
//     vitte::Emitter("human").emit(bag, sources);
//
// Nothing here throws. A function that can fail returns a vd_status; one that returns an object for the next call of a
// chain records the first failure in it, see status(). vd_last_error() is the text of the last failure of the thread.
// Objects can be moved, not copied. Texts that are passed are copied; std::string_view results say how long they are valid.
#ifndef VITTE_DIAG_HPP
#define VITTE_DIAG_HPP

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <initializer_list>
#include <memory>
#include <new>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include "vitte_diag.h"

namespace vitte {

using File = vd_file;
using Span = vd_span;

/// The span of a diagnostic without a location.
inline constexpr Span no_span{VD_NO_FILE, 0, 0};

inline vd_str to_c(std::string_view text) noexcept { return vd_str{text.data(), text.size()}; }
inline std::string_view from_c(vd_str text) noexcept { return {text.data, text.len}; }

/// A replacement of the bytes of a span.
struct Edit {
  Span span;
  std::string_view replacement;
};

namespace detail {

/// Owns a handle, and records the first failure of the calls with it.
template <class T, vd_status (*Free)(T *)>
class Owner {
 public:
  explicit Owner(T *handle) noexcept
      : handle_(handle), status_(handle != nullptr ? VD_OK : vd_last_status()) {}
  Owner(Owner &&other) noexcept : handle_(other.release()), status_(other.status_) {}
  Owner &operator=(Owner &&other) noexcept {
    if (this != &other) {
      Free(handle_);
      status_ = other.status_;
      handle_ = other.release();
    }
    return *this;
  }
  Owner(const Owner &) = delete;
  Owner &operator=(const Owner &) = delete;
  ~Owner() { Free(handle_); }

  /// The handle, for the functions of vitte_diag.h.
  T *get() const noexcept { return handle_; }
  /// Gives the handle away.
  T *release() noexcept { return std::exchange(handle_, nullptr); }
  /// The first failure, or VD_OK.
  vd_status status() const noexcept { return status_; }
  explicit operator bool() const noexcept { return status_ == VD_OK; }

 protected:
  vd_status record(vd_status status) noexcept {
    if (status_ == VD_OK) status_ = status;
    return status;
  }

 private:
  T *handle_;
  vd_status status_;
};

/// Copies edits for C. Frees them at the end of the call.
class Edits {
 public:
  explicit Edits(std::initializer_list<Edit> edits)
      : edits_(new (std::nothrow) vd_edit[edits.size()]), count_(edits_ ? edits.size() : 0) {
    std::size_t at = 0;
    for (const Edit &edit : edits) {
      if (at < count_) edits_[at++] = vd_edit{edit.span, to_c(edit.replacement)};
    }
  }
  const vd_edit *data() const noexcept { return edits_.get(); }
  std::size_t size() const noexcept { return count_; }

 private:
  std::unique_ptr<vd_edit[]> edits_;
  std::size_t count_;
};

/// Appends to a text. ENOMEM if there is no memory.
inline int append(std::string &text, const char *data, std::size_t len) noexcept {
#if defined(__cpp_exceptions)
  try {
    text.append(data, len);
  } catch (...) {
    return ENOMEM;
  }
#else
  text.append(data, len);
#endif
  return 0;
}

}  // namespace detail

/// The name, version, codes and pages of a compiler.
class Tool : public detail::Owner<vd_tool, vd_tool_free> {
 public:
  Tool(std::string_view name, std::string_view version)
      : Owner(vd_tool_new(to_c(name), to_c(version))) {}

  Tool &codes_url(std::string_view url) { return done(vd_tool_set_codes_url(get(), to_c(url))); }
  Tool &code(std::string_view code, vd_severity severity) {
    return done(vd_tool_add_code(get(), to_c(code), severity));
  }
  Tool &page(std::string_view page) { return done(vd_tool_add_page(get(), to_c(page))); }
  /// The page of a code in Markdown, valid until the program ends, or an empty text.
  std::string_view explain(std::string_view code) const {
    vd_str page{nullptr, 0};
    return vd_explain(get(), to_c(code), &page) == VD_OK ? from_c(page) : std::string_view();
  }

 private:
  Tool &done(vd_status status) { return record(status), *this; }
};

/// The source files of one compilation.
class Sources : public detail::Owner<vd_sources, vd_sources_free> {
 public:
  Sources() : Owner(vd_sources_new()) {}
  explicit Sources(std::string_view root) : Owner(vd_sources_new_with_root(to_c(root))) {}

  /// Adds a copy of a text. VD_NO_FILE on failure, as for the other functions.
  File add(std::string_view path, std::string_view text) {
    return vd_sources_add(get(), to_c(path), to_c(text));
  }
  /// Adds a text without a copy, and keeps it.
  File take(std::string_view path, std::string text) {
    auto *owned = new (std::nothrow) std::string(std::move(text));
    if (owned == nullptr) return VD_NO_FILE;
    auto free = [](void *user, const char *, size_t) { delete static_cast<std::string *>(user); };
    return vd_sources_borrow(get(), to_c(path), to_c(*owned), free, owned);
  }
  /// Adds a text without a copy, which has to exist as long as the sources.
  File borrow(std::string_view path, std::string_view text) {
    return vd_sources_borrow(get(), to_c(path), to_c(text), nullptr, nullptr);
  }
  /// Reads a file.
  File load(std::string_view path) { return vd_sources_load(get(), to_c(path)); }
  vd_status remove(File file) { return vd_sources_remove(get(), file); }
  /// The path as it is shown, valid until the file is removed.
  std::string_view path(File file) const {
    vd_str path{nullptr, 0};
    return vd_sources_path(get(), file, &path) == VD_OK ? from_c(path) : std::string_view();
  }
  /// The text, valid until the file is removed.
  std::string_view text(File file) const {
    vd_str text{nullptr, 0};
    return vd_sources_text(get(), file, &text) == VD_OK ? from_c(text) : std::string_view();
  }
};

/// A diagnostic that is being built.
class Diagnostic : public detail::Owner<vd_diagnostic, vd_diagnostic_free> {
 public:
  Diagnostic(vd_severity severity, std::string_view code, Span span, std::string_view message)
      : Owner(vd_diagnostic_new(severity, to_c(code), span, to_c(message))) {}

  /// Sets the message of the primary label.
  Diagnostic &label(std::string_view message) & {
    return done(vd_diagnostic_set_label(get(), to_c(message)));
  }
  /// Adds a secondary label.
  Diagnostic &secondary(Span span, std::string_view message) & {
    return done(vd_diagnostic_add_label(get(), VD_SECONDARY, span, to_c(message)));
  }
  Diagnostic &note(std::string_view note) & {
    return done(vd_diagnostic_add_note(get(), to_c(note)));
  }
  Diagnostic &help(std::string_view help) & {
    return done(vd_diagnostic_add_help(get(), to_c(help)));
  }
  Diagnostic &tag(vd_tag tag) & { return done(vd_diagnostic_add_tag(get(), tag)); }
  /// Adds a step to the trace. `span` may be no_span.
  Diagnostic &step(vd_trace_kind kind, Span span, std::string_view message) & {
    return done(vd_diagnostic_add_step(get(), kind, span, to_c(message)));
  }
  Diagnostic &child(vd_severity level, std::string_view message) & {
    return done(vd_diagnostic_add_child(get(), level, to_c(message)));
  }
  /// Adds a label to the last child.
  Diagnostic &child_label(vd_label_style style, Span span, std::string_view message) & {
    return done(vd_diagnostic_add_child_label(get(), style, span, to_c(message)));
  }
  /// Adds a suggestion with one edit.
  Diagnostic &suggest(vd_applicability applicability, Span span, std::string_view replacement,
                      std::string_view message) & {
    return done(vd_diagnostic_suggest(get(), applicability, span, to_c(replacement), to_c(message)));
  }
  /// Adds a suggestion with several edits.
  Diagnostic &suggest(vd_applicability applicability, std::string_view message,
                      std::initializer_list<Edit> edits) & {
    detail::Edits all(edits);
    return done(vd_diagnostic_add_suggestion(get(), applicability, to_c(message), all.data(),
                                             all.size()));
  }
  /// Adds other edits to the last suggestion, among which a person has to choose.
  Diagnostic &alternative(std::initializer_list<Edit> edits) & {
    detail::Edits all(edits);
    return done(vd_diagnostic_add_alternative(get(), all.data(), all.size()));
  }

  // The same for a temporary object, so that a chain can be passed to Bag::push.
  Diagnostic &&label(std::string_view message) && { return std::move(label(message)); }
  Diagnostic &&secondary(Span span, std::string_view message) && {
    return std::move(secondary(span, message));
  }
  Diagnostic &&note(std::string_view text) && { return std::move(note(text)); }
  Diagnostic &&help(std::string_view text) && { return std::move(help(text)); }
  Diagnostic &&tag(vd_tag value) && { return std::move(tag(value)); }
  Diagnostic &&step(vd_trace_kind kind, Span span, std::string_view message) && {
    return std::move(step(kind, span, message));
  }
  Diagnostic &&child(vd_severity level, std::string_view message) && {
    return std::move(child(level, message));
  }
  Diagnostic &&child_label(vd_label_style style, Span span, std::string_view message) && {
    return std::move(child_label(style, span, message));
  }
  Diagnostic &&suggest(vd_applicability applicability, Span span, std::string_view replacement,
                       std::string_view message) && {
    return std::move(suggest(applicability, span, replacement, message));
  }
  Diagnostic &&suggest(vd_applicability applicability, std::string_view message,
                       std::initializer_list<Edit> edits) && {
    return std::move(suggest(applicability, message, edits));
  }
  Diagnostic &&alternative(std::initializer_list<Edit> edits) && {
    return std::move(alternative(edits));
  }

 private:
  Diagnostic &done(vd_status status) { return record(status), *this; }
};

inline Diagnostic error(std::string_view code, Span span, std::string_view message) {
  return {VD_ERROR, code, span, message};
}
inline Diagnostic warning(std::string_view code, Span span, std::string_view message) {
  return {VD_WARNING, code, span, message};
}

/// The levels of codes, and the limit of errors.
class Policy : public detail::Owner<vd_policy, vd_policy_free> {
 public:
  Policy() : Owner(vd_policy_new(nullptr)) {}
  explicit Policy(const Tool &tool) : Owner(vd_policy_new(tool.get())) {}

  Policy &level(std::string_view selector, vd_level level) {
    return record(vd_policy_set_level(get(), to_c(selector), level)), *this;
  }
  Policy &max_errors(std::uint64_t errors) {
    return record(vd_policy_set_max_errors(get(), errors)), *this;
  }
};

/// A collection of diagnostics.
class Bag : public detail::Owner<vd_bag, vd_bag_free> {
 public:
  Bag() : Owner(vd_bag_new(nullptr)) {}
  explicit Bag(const Policy &policy) : Owner(vd_bag_new(policy.get())) {}

  /// Moves a diagnostic to the bag. If only a part could not be added to the diagnostic, it is moved without that part, and
  /// the result is that failure.
  vd_status push(Diagnostic diagnostic) {
    vd_status status = record(vd_bag_push(get(), diagnostic.get()));
    if (status != VD_OK) return status;
    diagnostic.release();
    return record(diagnostic.status());
  }
  /// Moves all diagnostics of `from` to the end of this bag.
  vd_status merge(Bag &&from) {
    vd_status status = record(vd_bag_merge(get(), from.get()));
    if (status == VD_OK) from.release();
    return status;
  }
  /// The suggestions that are as certain, or more, as a unified diff.
  std::string patch(const Sources &sources, vd_applicability least_certain = VD_MACHINE_APPLICABLE) {
    std::string patch;
    auto append = [](void *user, const char *data, size_t len) noexcept {
      return detail::append(*static_cast<std::string *>(user), data, len);
    };
    record(vd_bag_write_patch(get(), sources.get(), least_certain, append, &patch, nullptr, nullptr));
    return patch;
  }
  /// Removes the diagnostics that a baseline has: what the format `baseline` has written. Returns their number.
  std::uint64_t apply_baseline(const Sources &sources, std::string_view baseline) {
    std::uint64_t known = 0;
    record(vd_bag_apply_baseline(get(), sources.get(), to_c(baseline), &known, nullptr));
    return known;
  }
  bool has_errors() const { return vd_bag_has_errors(get()); }
  std::size_t size() const {
    std::size_t len = 0;
    vd_bag_len(get(), &len);
    return len;
  }
  std::uint64_t count(vd_severity severity) const {
    std::uint64_t count = 0;
    vd_bag_count(get(), severity, &count);
    return count;
  }
};

/// A format, its options, and where its output goes.
class Emitter : public detail::Owner<vd_emitter, vd_emitter_free> {
 public:
  /// Writes to standard error or standard output, as the format usually is.
  explicit Emitter(std::string_view format) : Owner(vd_emitter_new(to_c(format))) {}
  Emitter(std::string_view format, std::FILE *file) : Emitter(format) {
    record(vd_emitter_to_file(get(), file));
  }
  /// Writes to a stream, which has to exist as long as the emitter.
  Emitter(std::string_view format, std::ostream &stream) : Emitter(format) {
    record(vd_emitter_to_callback(get(), write_to_stream, &stream));
  }

  /// Writes to a file descriptor.
  Emitter &to_fd(int fd) { return done(vd_emitter_to_fd(get(), fd)); }
  /// Collects the output, which text() returns.
  Emitter &to_buffer() { return done(vd_emitter_to_buffer(get())); }
  /// What was written to the buffer, valid until the emitter is used again.
  std::string_view text() const {
    vd_str text{nullptr, 0};
    return vd_emitter_buffer(get(), &text) == VD_OK ? from_c(text) : std::string_view();
  }
  Emitter &tool(const Tool &tool) { return done(vd_emitter_set_tool(get(), tool.get())); }
  Emitter &color(vd_color color) { return done(vd_emitter_set_color(get(), color)); }
  Emitter &width(std::uint32_t cells) { return done(vd_emitter_set_width(get(), cells)); }
  Emitter &style(vd_style style) { return done(vd_emitter_set_style(get(), style)); }
  Emitter &background(vd_background background) {
    return done(vd_emitter_set_background(get(), background));
  }
  Emitter &context_lines(std::uint32_t lines) {
    return done(vd_emitter_set_context_lines(get(), lines));
  }
  Emitter &tab_width(std::uint32_t cells) { return done(vd_emitter_set_tab_width(get(), cells)); }
  Emitter &editor_url(std::string_view url) {
    return done(vd_emitter_set_editor_url(get(), to_c(url)));
  }
  Emitter &fallback_path(std::string_view path) {
    return done(vd_emitter_set_fallback_path(get(), to_c(path)));
  }
  Emitter &sarif_category(std::string_view category) {
    return done(vd_emitter_set_sarif_category(get(), to_c(category)));
  }
  Emitter &sarif_max_results(std::uint64_t results) {
    return done(vd_emitter_set_sarif_max_results(get(), results));
  }
  Emitter &junit_family(vd_junit_family family) {
    return done(vd_emitter_set_junit_family(get(), family));
  }
  Emitter &theme(std::string_view theme) { return done(vd_emitter_set_theme(get(), to_c(theme))); }

  /// Writes all diagnostics, and ends the output.
  vd_status emit(const Bag &bag, const Sources &sources) {
    return record(vd_bag_emit(bag.get(), sources.get(), get()));
  }
  /// Writes one diagnostic. Call finish() after the last one.
  vd_status emit(const Diagnostic &diagnostic, const Sources &sources) {
    return record(vd_emitter_emit(get(), sources.get(), diagnostic.get()));
  }
  vd_status finish() { return record(vd_emitter_finish(get())); }

 private:
  Emitter &done(vd_status status) { return record(status), *this; }

  static int write_to_stream(void *user, const char *data, size_t len) noexcept {
    std::ostream &stream = *static_cast<std::ostream *>(user);
#if defined(__cpp_exceptions)
    try {
      stream.write(data, static_cast<std::streamsize>(len));
    } catch (...) {
      return EIO;
    }
#else
    stream.write(data, static_cast<std::streamsize>(len));
#endif
    return stream.good() ? 0 : EIO;
  }
};

/// A context of this thread: what the compiler is working on until the end of the scope, for the report of a crash. See
/// vd_context_push().
class Context {
 public:
  // Part of its caller, so that the report finds the frame of that.
  [[gnu::always_inline]] explicit Context(std::string_view name, Span span = no_span) noexcept
      : depth_(vd_context_depth()), status_(vd_context_push(to_c(name), span)) {}
  Context(const Context &) = delete;
  Context &operator=(const Context &) = delete;
  ~Context() { vd_context_pop_to(depth_); }

  /// Adds a field, before another context is opened in this one.
  Context &field(std::string_view key, std::string_view value) noexcept {
    const vd_status status = vd_context_field(to_c(key), to_c(value));
    if (status_ == VD_OK) status_ = status;
    return *this;
  }
  /// The first failure, or VD_OK.
  vd_status status() const noexcept { return status_; }

 private:
  std::uint32_t depth_;
  vd_status status_;
};

}  // namespace vitte

#endif  // VITTE_DIAG_HPP
