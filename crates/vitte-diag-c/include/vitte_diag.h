/*
 * vitte_diag.h - compiler diagnostics and crash capture
 *
 * Generated from the sources of the crate vitte-diag-c. MIT licence, Copyright (c) 2025 Vincent Rousseau.
 *
 * A program puts its source files into a vd_sources, builds a vd_diagnostic for each error, pushes it to a vd_bag, and
 * writes the bag in any format:
 *
 *     vd_sources *sources = vd_sources_new();
 *     vd_file file = vd_sources_add(sources, vd_z("main.my"), vd_z("let x = @\n"));
 *     vd_bag *bag = vd_bag_new(NULL);
 *     vd_diagnostic *error = diag_error("E0001", vd_span_of(file, 8, 9), "illegal character `@`");
 *     vd_bag_push(bag, error);
 *     diag_emit_human(bag, sources, true);
 *     vd_bag_free(bag);
 *     vd_sources_free(sources);
 *
 * HANDLES. A pointer to a vd_sources, vd_bag, vd_diagnostic, vd_emitter, vd_policy or vd_tool is a handle. The program
 * never dereferences it. A handle is created by a function with `new` in its name, vd_diagnostic_clone() or diag_error(),
 * and freed by the function of its type with `free`. NULL, a handle that was freed, and a handle of another type are
 * errors.
 *
 * ERRORS. A function that can fail returns a vd_status, or NULL or VD_NO_FILE instead of what it creates. vd_last_status()
 * and vd_last_error() describe the last failure of the thread. What a function that fails should have changed is
 * unchanged, and its output parameters are not written.
 *
 * TEXTS. A vd_str is a pointer and a length; vd_z() makes one of a text that ends with NUL. Texts that are passed in are
 * copied, unless a function says otherwise.
 *
 * OFFSETS are bytes and 0-based; the end of a span is exclusive. Lines and columns are 1-based.
 *
 * THREADS. Every function may be called by every thread. Each object has a lock: calls that use the same object wait for
 * one another, except for calls that only read.
 *
 * CALLBACKS. The function that calls a callback still uses its objects. The callback must not change or free them, or wait
 * for a thread that does. It must not throw an exception or call longjmp(). No call in a callback waits for an object: if
 * the object is in use, by this or another thread, the call fails with VD_E_BUSY.
 *
 * SIGNALS AND FORK. A signal handler must not call any function, and neither must the child after a fork() of a process
 * with several threads: a lock may stay taken there.
 *
 * COMPATIBILITY. A program that was compiled for an older version with the same major number runs with a newer library:
 * functions and enumerators are added, and never changed; no structure changes.
 */


#ifndef VITTE_DIAG_H
#define VITTE_DIAG_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/**
 * The version of the header: major * 10000 + minor * 100 + patch. See `vd_version()` for that of the library.
 */
#define VD_VERSION 100

/**
 * Whether a function succeeded: `VD_OK`, or one of `VD_E_...`.
 */
typedef enum vd_status {
  /**
   * Success.
   */
  VD_OK = 0,
  /**
   * A handle or an output parameter is NULL.
   */
  VD_E_NULL = 1,
  /**
   * The handle was freed, or the diagnostic was pushed to a bag.
   */
  VD_E_STALE = 2,
  /**
   * It is not a handle of this type.
   */
  VD_E_HANDLE = 3,
  /**
   * An argument has an invalid value.
   */
  VD_E_ARGUMENT = 4,
  /**
   * The file, code, child, suggestion, open context or crash handler does not exist.
   */
  VD_E_NOT_FOUND = 5,
  /**
   * Reading or writing failed.
   */
  VD_E_IO = 6,
  /**
   * Not possible now: a callback uses an object that its caller uses, an emitter has begun to write, or a crash handler is
   * already installed.
   */
  VD_E_BUSY = 7,
  /**
   * This build of the library does not have it, or the system does not support it.
   */
  VD_E_UNSUPPORTED = 8,
  /**
   * There are too many handles, or a file is too large.
   */
  VD_E_LIMIT = 9,
  /**
   * An internal error of the library.
   */
  VD_E_PANIC = 10,
} vd_status;

/**
 * Whether a label marks the location of a diagnostic, or another one.
 */
typedef enum vd_label_style {
  /**
   * The location of the diagnostic, drawn with `^`.
   */
  VD_PRIMARY = 0,
  /**
   * Another location, drawn with `-`.
   */
  VD_SECONDARY = 1,
} vd_label_style;

/**
 * The unit of a column.
 */
typedef enum vd_column_unit {
  /**
   * Characters (Unicode scalar values).
   */
  VD_CHARACTERS = 0,
  /**
   * Bytes of UTF-8.
   */
  VD_BYTES = 1,
  /**
   * UTF-16 code units, as in LSP.
   */
  VD_UTF16 = 2,
  /**
   * Cells of a terminal, with tab stops every four cells.
   */
  VD_CELLS = 3,
} vd_column_unit;

/**
 * How severe a diagnostic is, or a child of it.
 */
typedef enum vd_severity {
  /**
   * A remark.
   */
  VD_NOTE = 0,
  /**
   * The program is valid, but may be wrong.
   */
  VD_WARNING = 1,
  /**
   * The program is invalid.
   */
  VD_ERROR = 2,
  /**
   * An error that ends the compilation. Not for children.
   */
  VD_FATAL = 3,
  /**
   * What the user can do. Only for children.
   */
  VD_HELP = 4,
} vd_severity;

/**
 * What the marked code is, for editors.
 */
typedef enum vd_tag {
  /**
   * Unused, or without effect. Editors fade it.
   */
  VD_UNNECESSARY = 0,
  /**
   * Deprecated. Editors strike it through.
   */
  VD_DEPRECATED = 1,
} vd_tag;

/**
 * What a step of a trace is.
 */
typedef enum vd_trace_kind {
  /**
   * A file includes another one.
   */
  VD_INCLUDE = 0,
  /**
   * A macro is expanded.
   */
  VD_MACRO = 1,
  /**
   * A function or template is called or instantiated.
   */
  VD_CALL = 2,
  /**
   * A module imports another one.
   */
  VD_IMPORT = 3,
  /**
   * A step of an analysis.
   */
  VD_ANALYSIS = 4,
} vd_trace_kind;

/**
 * How certain the compiler is that a suggestion is correct.
 */
typedef enum vd_applicability {
  /**
   * It is what the user meant: tools may apply it without asking.
   */
  VD_MACHINE_APPLICABLE = 0,
  /**
   * It may not be what the user meant.
   */
  VD_MAYBE_INCORRECT = 1,
  /**
   * It has placeholders such as `<type>`, which the user has to replace.
   */
  VD_HAS_PLACEHOLDERS = 2,
  /**
   * The compiler does not state it.
   */
  VD_UNSPECIFIED = 3,
} vd_applicability;

/**
 * How warnings are reported.
 */
typedef enum vd_level {
  /**
   * Not at all.
   */
  VD_ALLOW = 0,
  /**
   * As warnings.
   */
  VD_WARN = 1,
  /**
   * As errors.
   */
  VD_DENY = 2,
} vd_level;

/**
 * When output has colours.
 */
typedef enum vd_color {
  /**
   * If the output is a terminal, unless the environment says otherwise (`NO_COLOR`, `FORCE_COLOR`, `CLICOLOR_FORCE`). Only
   * standard output and standard error count as terminals.
   */
  VD_COLOR_AUTO = 0,
  /**
   * Always.
   */
  VD_COLOR_ALWAYS = 1,
  /**
   * Never.
   */
  VD_COLOR_NEVER = 2,
} vd_color;

/**
 * The background of a terminal, on which colours have to be readable.
 */
typedef enum vd_background {
  /**
   * Unknown: colours that are readable on both.
   */
  VD_BACKGROUND_UNKNOWN = 0,
  /**
   * Dark.
   */
  VD_BACKGROUND_DARK = 1,
  /**
   * Light.
   */
  VD_BACKGROUND_LIGHT = 2,
} vd_background;

/**
 * How human output is drawn.
 */
typedef enum vd_style {
  /**
   * ASCII.
   */
  VD_STYLE_ASCII = 0,
  /**
   * Unicode box characters.
   */
  VD_STYLE_UNICODE = 1,
  /**
   * As rustc draws it.
   */
  VD_STYLE_RUSTC = 2,
} vd_style;

/**
 * Which attributes the test cases of a JUnit report have. Their readers do not agree on them.
 */
typedef enum vd_junit_family {
  /**
   * With `file` and `line`, as GitLab reads them.
   */
  VD_JUNIT_LOCATED = 0,
  /**
   * Without them, as the xUnit plugin of Jenkins requires.
   */
  VD_JUNIT_JENKINS = 1,
} vd_junit_family;

/**
 * A collection of diagnostics, which applies a policy, counts, and sorts them.
 */
typedef struct vd_bag vd_bag;

/**
 * A diagnostic that is being built. `vd_bag_push` moves it to a bag.
 */
typedef struct vd_diagnostic vd_diagnostic;

/**
 * A format, its options, and where its output goes.
 */
typedef struct vd_emitter vd_emitter;

/**
 * The levels of codes, and the limit of errors, as a user sets them.
 */
typedef struct vd_policy vd_policy;

/**
 * The source files of one compilation.
 */
typedef struct vd_sources vd_sources;

/**
 * The name, version, codes and pages of a compiler.
 */
typedef struct vd_tool vd_tool;

/**
 * A text: a pointer and a length in bytes. It need not end with NUL, and may contain it. `data` may be NULL if `len`
 * is 0, which means: no text. Bytes that are not UTF-8 are shown as `?`. The layout never changes.
 *
 * The library reads a text that is passed to a function only during the call. It owns the texts that it returns; each
 * function says how long they are valid.
 */
typedef struct vd_str {
  /**
   * The first byte.
   */
  const char *data;
  /**
   * The number of bytes.
   */
  size_t len;
} vd_str;

/**
 * A source file: its index in its `vd_sources`.
 */
typedef uint32_t vd_file;

/**
 * A range of bytes in a file: `lo` is inclusive, `hi` exclusive, both 0-based. `lo == hi` is a place between two
 * characters. The layout never changes.
 */
typedef struct vd_span {
  /**
   * The file, or `VD_NO_FILE`.
   */
  vd_file file;
  /**
   * The offset of the first byte.
   */
  uint32_t lo;
  /**
   * The offset after the last byte.
   */
  uint32_t hi;
} vd_span;

/**
 * Releases a text that was borrowed. Called exactly once, by any thread. It may not throw, and may not call functions of
 * this library with the same `vd_sources`.
 */
typedef void (*vd_release_fn)(void *user, const char *data, size_t len);

/**
 * A replacement of a range of bytes by a text. The layout never changes.
 */
typedef struct vd_edit {
  /**
   * The bytes to replace. An empty span inserts.
   */
  vd_span span;
  /**
   * What replaces them. No text removes them.
   */
  vd_str replacement;
} vd_edit;

/**
 * Writes output. Returns 0, or a value of `errno`. May be called by any thread, by one at a time. It may not throw.
 */
typedef int (*vd_write_fn)(void *user, const char *data, size_t len);

/**
 * Gets the new text of a file. Returns 0, or a value of `errno` to stop. It may not throw.
 */
typedef int (*vd_fixed_fn)(void *user, vd_file file, const char *data, size_t len);

/**
 * No file. As the file of a span it means: no location.
 */
#define VD_NO_FILE UINT32_MAX

#ifdef __cplusplus
extern "C" {
#endif // __cplusplus

/* ---- Texts ----------------------------------------------------------------------------------- */

/**
 * Returns a NUL-terminated text with its length. NULL means: no text.
 */
vd_str vd_z(const char *text);

/* ---- Errors and version ---------------------------------------------------------------------- */

/**
 * Returns the status of the last function of this thread that failed, or `VD_OK` if none did. A function that succeeds
 * does not change it.
 */
vd_status vd_last_status(void);

/**
 * Returns a text for people about the last function of this thread that failed, or an empty text: one line, without a
 * full stop, ended by NUL. It is valid until another function fails in this thread, or the thread ends. Do not call
 * it among the arguments of the same `printf()` as the function that may fail: C does not state which is called first.
 */
const char *vd_last_error(void);

/**
 * Returns the name of a status, such as `"VD_E_STALE"`, or `"unknown"`. It is valid until the program ends.
 */
const char *vd_status_name(vd_status status);

/**
 * Returns the version of the library in the form of `VD_VERSION`. It may be newer than the header: a program that was
 * compiled for an older version with the same major number works.
 */
uint32_t vd_version(void);

/**
 * Returns the number of handles that were created and not freed, of all types and threads. At the end of a program that
 * frees everything it is 0.
 */
size_t vd_handle_count(void);

/* ---- The simple layer: five functions for texts that end with NUL ---------------------------- */

/**
 * Creates an error. `code` may be NULL. Push it to a bag with `vd_bag_push`. Returns NULL on failure. See
 * `vd_diagnostic_new`.
 */
vd_diagnostic *diag_error(const char *code,
                          vd_span span,
                          const char *message);

/**
 * Adds a label. `message` may be NULL. See `vd_diagnostic_add_label`.
 */
vd_status diag_add_label(vd_diagnostic *diagnostic,
                         vd_span span,
                         vd_label_style style,
                         const char *message);

/**
 * Adds a note.
 */
vd_status diag_add_note(vd_diagnostic *diagnostic, const char *note);

/**
 * Writes all diagnostics for people to standard error, with or without colours, in the order of files and locations.
 */
vd_status diag_emit_human(const vd_bag *bag,
                          const vd_sources *sources,
                          bool use_color);

/**
 * Writes all diagnostics to a FILE as JSON, one object per line, in the order of files and locations.
 */
vd_status diag_emit_json(const vd_bag *bag,
                         const vd_sources *sources,
                         FILE *out);

/* ---- Source files and spans ------------------------------------------------------------------ */

/**
 * Creates an empty collection of source files. Free it with `vd_sources_free`. Returns NULL on failure.
 *
 * Several threads may read one `vd_sources` at the same time, also while they write output.
 */
vd_sources *vd_sources_new(void);

/**
 * Creates an empty collection of source files with a workspace root, an absolute path. Absolute paths below `root` are
 * shown relative to it, and `vd_sources_load` resolves relative paths against it. Returns NULL on failure.
 */
vd_sources *vd_sources_new_with_root(vd_str root);

/**
 * Frees source files. Texts that are borrowed are released, unless another part of the library still uses them.
 * NULL is allowed.
 */
vd_status vd_sources_free(vd_sources *sources);

/**
 * Adds a file from memory. The text is copied. `path` is for display, and is not opened; names such as `<stdin>` are
 * possible. Returns `VD_NO_FILE` on failure.
 */
vd_file vd_sources_add(vd_sources *sources,
                       vd_str path,
                       vd_str text);

/**
 * Adds a file from memory without a copy of its text, if that is UTF-8. The program must not change or free the text
 * before `release` is called with `user`, which happens exactly once, also on failure: when the sources are freed, at
 * once if the text is not UTF-8, or later if `vd_crash_set_sources` has shared it. `release` may be NULL for a text that
 * is never freed. Returns `VD_NO_FILE` on failure.
 */
vd_file vd_sources_borrow(vd_sources *sources,
                          vd_str path,
                          vd_str text,
                          vd_release_fn release,
                          void *user);

/**
 * Adds a file from disk. Directories, pipes and devices are rejected. Returns `VD_NO_FILE` on failure.
 */
vd_file vd_sources_load(vd_sources *sources,
                        vd_str path);

/**
 * Removes a file. Labels in it are not shown any more; a note says so. Its number is not used again.
 */
vd_status vd_sources_remove(vd_sources *sources,
                            vd_file file);

/**
 * Returns the span of the bytes `lo` to `hi`, without a check: offsets over 32 bits become `UINT32_MAX`. Output
 * shows a span outside of its file at the end of the file, with a note.
 */
vd_span vd_span_of(vd_file file,
                   size_t lo,
                   size_t hi);

/**
 * Writes the span of the bytes `lo` to `hi` to `span`. Fails with `VD_E_ARGUMENT` if they are not in the file, or
 * inside a character.
 */
vd_status vd_sources_span(const vd_sources *sources,
                          vd_file file,
                          size_t lo,
                          size_t hi,
                          vd_span *span);

/**
 * Writes the offset of a line and a column, both 1-based, to `offset`, for compilers that have no offsets. The column
 * after the last character of a line is allowed.
 */
vd_status vd_sources_offset(const vd_sources *sources,
                            vd_file file,
                            uint32_t line,
                            uint32_t column,
                            vd_column_unit unit,
                            size_t *offset);

/**
 * Returns the span of a line (1-based) without the blanks around its text, for compilers that have only line numbers. A
 * line of blanks has an empty span.
 */
vd_status vd_sources_line_span(const vd_sources *sources,
                               vd_file file,
                               uint32_t line,
                               vd_span *span);

/**
 * Returns the path of a file, as it is shown. It is valid until the file is removed or the sources are freed.
 */
vd_status vd_sources_path(const vd_sources *sources,
                          vd_file file,
                          vd_str *path);

/**
 * Returns the 1-based line and column of the start of a span.
 */
vd_status vd_sources_location(const vd_sources *sources,
                              vd_span span,
                              vd_column_unit unit,
                              uint32_t *line,
                              uint32_t *column);

/**
 * Returns the text of a file. It is valid until the file is removed or the sources are freed.
 */
vd_status vd_sources_text(const vd_sources *sources, vd_file file, vd_str *text);

/* ---- The compiler, and the pages of its codes ------------------------------------------------ */

/**
 * Describes a compiler by its name, such as `mycc`, and its version. Formats such as SARIF contain both. Free it with
 * `vd_tool_free`. Returns NULL on failure.
 */
vd_tool *vd_tool_new(vd_str name,
                     vd_str version);

/**
 * Frees a tool. What was created with it is not affected. NULL is allowed.
 */
vd_status vd_tool_free(vd_tool *tool);

/**
 * Sets the URL at which codes are explained. `{code}` in it is replaced by the code; without it, the code is appended.
 */
vd_status vd_tool_set_codes_url(vd_tool *tool,
                                vd_str url);

/**
 * Adds a code with its default severity, so that a policy knows it.
 */
vd_status vd_tool_add_code(vd_tool *tool, vd_str code, vd_severity severity);

/**
 * Adds the page of a code, and the code. A page is Markdown with all of these parts:
 *
 * ```text
 * # E0001: illegal character
 *
 * - Severity: error
 * - Phase: lexing
 * - Since: 1.0.0
 *
 * What the code means.
 *
 * ## Example
 *
 * (a fenced code block)
 *
 * ## Corrected
 *
 * (a fenced code block)
 * ```
 *
 * Fails with `VD_E_ARGUMENT` otherwise, and the error text names the first part that is missing. The library keeps a copy of
 * the page until the program ends.
 */
vd_status vd_tool_add_page(vd_tool *tool,
                           vd_str page);

/**
 * Writes the page of a code, in Markdown, to `page`. With NULL as `tool` it is a page of the Vitte compiler, which
 * also has those of crashes. Fails with `VD_E_NOT_FOUND`, and a similar code in the error text. The page is valid until
 * the program ends.
 */
vd_status vd_explain(const vd_tool *tool,
                     vd_str code,
                     vd_str *page);

/* ---- Diagnostics ----------------------------------------------------------------------------- */

/**
 * Creates a diagnostic at `span`, its primary label. `code` may be no text. With `VD_NO_FILE` as file of the span it has
 * no location. Returns NULL on failure. `vd_bag_push` takes it over; a diagnostic that is not pushed is freed with
 * `vd_diagnostic_free`.
 *
 * An invalid code and an invalid span do not lose the diagnostic: it gets a note about them.
 */
vd_diagnostic *vd_diagnostic_new(vd_severity severity,
                                 vd_str code,
                                 vd_span span,
                                 vd_str message);

/**
 * Creates a diagnostic about a whole file, without an excerpt. Otherwise this is `vd_diagnostic_new`.
 */
vd_diagnostic *vd_diagnostic_new_for_file(vd_severity severity,
                                          vd_str code,
                                          vd_file file,
                                          vd_str message);

/**
 * Frees a diagnostic that was not pushed. NULL is allowed.
 */
vd_status vd_diagnostic_free(vd_diagnostic *diagnostic);

/**
 * Returns a copy of a diagnostic, or NULL on failure.
 */
vd_diagnostic *vd_diagnostic_clone(const vd_diagnostic *diagnostic);

/**
 * Returns the severity of a diagnostic.
 */
vd_status vd_diagnostic_severity(const vd_diagnostic *diagnostic, vd_severity *severity);

/**
 * Sets the message of the primary label. No text removes it.
 */
vd_status vd_diagnostic_set_label(vd_diagnostic *diagnostic, vd_str message);

/**
 * Adds a label. `message` may be no text. A secondary label marks a further location, in any file. A primary one moves
 * the primary label of the diagnostic to `span`, and sets its message if there is one. Fails with `VD_E_ARGUMENT` if the
 * span has no file; other invalid spans become notes of the diagnostic.
 */
vd_status vd_diagnostic_add_label(vd_diagnostic *diagnostic,
                                  vd_label_style style,
                                  vd_span span,
                                  vd_str message);

/**
 * Adds a note: a further fact, shown below the excerpt.
 */
vd_status vd_diagnostic_add_note(vd_diagnostic *diagnostic, vd_str note);

/**
 * Sets the help text: what the user can do. A second one is appended on a new line.
 */
vd_status vd_diagnostic_add_help(vd_diagnostic *diagnostic, vd_str help);

/**
 * Adds a tag.
 */
vd_status vd_diagnostic_add_tag(vd_diagnostic *diagnostic, vd_tag tag);

/**
 * Adds a step to the trace, which says how the compiler came to the location: the innermost step first. With `VD_NO_FILE` as
 * file of the span the step has no location.
 */
vd_status vd_diagnostic_add_step(vd_diagnostic *diagnostic,
                                 vd_trace_kind kind,
                                 vd_span span,
                                 vd_str message);

/**
 * Sets the backtrace of a crash, from text: a frame per line, as Rust, LLVM or `backtrace_symbols` write it.
 */
vd_status vd_diagnostic_set_backtrace(vd_diagnostic *diagnostic,
                                      vd_str text);

/**
 * Adds a child: a note, help, warning or error that belongs to the diagnostic, and may have labels of its own.
 */
vd_status vd_diagnostic_add_child(vd_diagnostic *diagnostic,
                                  vd_severity level,
                                  vd_str message);

/**
 * Adds a label to the last child. A child may have several primary labels. Fails with `VD_E_NOT_FOUND` if there is no
 * child, and with `VD_E_ARGUMENT` if the span has no file.
 */
vd_status vd_diagnostic_add_child_label(vd_diagnostic *diagnostic,
                                        vd_label_style style,
                                        vd_span span,
                                        vd_str message);

/**
 * Adds a suggestion with one edit: `replacement` replaces the text at `span`. An empty span inserts, no replacement
 * removes. `message` is an imperative, such as "rename it". Fails as `vd_diagnostic_add_suggestion` does.
 */
vd_status vd_diagnostic_suggest(vd_diagnostic *diagnostic,
                                vd_applicability applicability,
                                vd_span span,
                                vd_str replacement,
                                vd_str message);

/**
 * Adds a suggestion with several edits, which may be in several files. They are applied together. Fails with
 * `VD_E_ARGUMENT` if there are no edits, if they overlap, or if one ends before it begins or has no file. An edit that
 * ends after the end of its file is shown and applied up to the end.
 */
vd_status vd_diagnostic_add_suggestion(vd_diagnostic *diagnostic,
                                       vd_applicability applicability,
                                       vd_str message,
                                       const vd_edit *edits,
                                       size_t count);

/**
 * Adds an alternative to the last suggestion: other edits, among which a person has to choose. Fails with
 * `VD_E_NOT_FOUND` if there is no suggestion.
 */
vd_status vd_diagnostic_add_alternative(vd_diagnostic *diagnostic,
                                        const vd_edit *edits,
                                        size_t count);

/**
 * Adds a suggestion to the last child. Otherwise this is `vd_diagnostic_add_suggestion`.
 */
vd_status vd_diagnostic_add_child_suggestion(vd_diagnostic *diagnostic,
                                             vd_applicability applicability,
                                             vd_str message,
                                             const vd_edit *edits,
                                             size_t count);

/* ---- Policies -------------------------------------------------------------------------------- */

/**
 * Creates a policy without levels and without a limit. It knows the codes of `tool`; with NULL, or a tool without codes,
 * every code can have a level. Free it with `vd_policy_free`. Returns NULL on failure.
 */
vd_policy *vd_policy_new(const vd_tool *tool);

/**
 * Frees a policy. Bags that were created with it are not affected. NULL is allowed.
 */
vd_status vd_policy_free(vd_policy *policy);

/**
 * Sets the level of a code (`W0100`, `-Wshadow`), of all codes with a prefix (`W01`, `clippy::`), or of `warnings`. The
 * most specific level applies to a diagnostic. Errors cannot be lowered. Fails with `VD_E_ARGUMENT`, and a similar code
 * in the error text, if the policy does not know the code.
 */
vd_status vd_policy_set_level(vd_policy *policy,
                              vd_str selector,
                              vd_level level);

/**
 * Sets the number of errors after which further diagnostics are only counted. 0, the default, means no limit.
 */
vd_status vd_policy_set_max_errors(vd_policy *policy,
                                   uint64_t errors);

/* ---- Bags ------------------------------------------------------------------------------------ */

/**
 * Creates an empty bag. `policy` may be NULL. Free it with `vd_bag_free`. Returns NULL on failure.
 */
vd_bag *vd_bag_new(const vd_policy *policy);

/**
 * Frees a bag and its diagnostics. NULL is allowed.
 */
vd_status vd_bag_free(vd_bag *bag);

/**
 * Moves a diagnostic to a bag. On success the handle `diagnostic` is not valid any more. Duplicates, and what the policy
 * does not allow, are only counted.
 */
vd_status vd_bag_push(vd_bag *bag,
                      vd_diagnostic *diagnostic);

/**
 * Moves all diagnostics and counts of `from` to the end of `bag`, through its policy. On success the handle `from` is not
 * valid any more. The order of output does not depend on the threads that filled the bags, if the bags are merged in a
 * fixed order.
 */
vd_status vd_bag_merge(vd_bag *bag,
                       vd_bag *from);

/**
 * Returns the number of diagnostics in a bag: without duplicates, and without those that the policy does not allow.
 */
vd_status vd_bag_len(const vd_bag *bag,
                     size_t *len);

/**
 * Returns the number of diagnostics of a severity, including duplicates and those over the limit of errors.
 */
vd_status vd_bag_count(const vd_bag *bag,
                       vd_severity severity,
                       uint64_t *count);

/**
 * Returns how many diagnostics were only counted: those over the limit of errors, and the duplicates.
 */
vd_status vd_bag_count_omitted(const vd_bag *bag,
                               uint64_t *suppressed,
                               uint64_t *duplicates);

/**
 * Returns true if the compilation failed: there was an error or a fatal diagnostic. Returns true for an invalid handle,
 * too, so that a compiler does not succeed by mistake.
 */
bool vd_bag_has_errors(const vd_bag *bag);

/**
 * Writes all diagnostics in the order of files and locations, and ends the output. Diagnostics that are written later
 * begin a new document, in formats that have one.
 */
vd_status vd_bag_emit(const vd_bag *bag,
                      const vd_sources *sources,
                      vd_emitter *emitter);

/**
 * Removes the diagnostics that are known from an earlier run, so that only new ones are shown and fail the compilation.
 * `baseline` is the content of a file that the format `baseline` has written. `known` and `fixed` get the numbers of
 * diagnostics that were removed, and of those that the baseline has and the bag has not; each may be NULL.
 *
 * Diagnostics over the limit of errors of a policy are not stored, so they are not compared, and count as new.
 */
vd_status vd_bag_apply_baseline(vd_bag *bag,
                                const vd_sources *sources,
                                vd_str baseline,
                                uint64_t *known,
                                uint64_t *fixed);

/* ---- Emitters: formats, options, and where output goes --------------------------------------- */

/**
 * Creates an emitter of a format: `human`, `short`, `narrated`, `json`, `sarif`, `lsp`, `github`, `gitlab`, `junit`,
 * `rdjson`, `html`, `gcc`, `rustc`, `checkstyle`, `azure`, `teamcity`, `sonarqube`, `bitbucket`, `rdjsonl`, `tap`, `csv` or `baseline`.
 * It writes to standard error (human, short, narrated, gcc) or standard output (all others) until a
 * `vd_emitter_to_...` says otherwise. Free it with `vd_emitter_free`. Returns NULL on failure.
 *
 * Output to standard output is written through `stdout`, after what the program has printed there. Output to standard
 * error is written to descriptor 2: a program that has given `stderr` a buffer calls `fflush(stderr)` before.
 *
 * Options are set before the first output; after it they fail with `VD_E_BUSY`.
 */
vd_emitter *vd_emitter_new(vd_str format);

/**
 * Frees an emitter. Output that was not ended by `vd_emitter_finish` or `vd_bag_emit` may be incomplete. NULL is
 * allowed.
 */
vd_status vd_emitter_free(vd_emitter *emitter);

/**
 * Writes to a FILE, which must be open until the emitter is freed. It is not closed.
 */
vd_status vd_emitter_to_file(vd_emitter *emitter, FILE *file);

/**
 * Writes to a file descriptor, which must be open until the emitter is freed. It is not closed. What a FILE for the same
 * descriptor, such as `stdout`, has in its buffer is not written first: call `fflush()` before.
 *
 * Output to a pipe that no process reads raises `SIGPIPE`, which ends the program, as with `write()`. A program that
 * ignores the signal gets `VD_E_IO`.
 */
vd_status vd_emitter_to_fd(vd_emitter *emitter,
                           int fd);

/**
 * Calls `write` with `user` for each piece of output, at most one for each diagnostic and one for the end. The function must not
 * use the emitter.
 */
vd_status vd_emitter_to_callback(vd_emitter *emitter,
                                 vd_write_fn write,
                                 void *user);

/**
 * Writes to a buffer in memory, which `vd_emitter_buffer` returns.
 */
vd_status vd_emitter_to_buffer(vd_emitter *emitter);

/**
 * Returns what was written to the buffer. It is valid until the emitter is used again or freed.
 */
vd_status vd_emitter_buffer(vd_emitter *emitter, vd_str *output);

/**
 * Empties the buffer.
 */
vd_status vd_emitter_clear_buffer(vd_emitter *emitter);

/**
 * Sets the compiler that formats such as SARIF name, and the pages of its codes. Default: the file name of the program,
 * without a version and without pages.
 */
vd_status vd_emitter_set_tool(vd_emitter *emitter,
                              const vd_tool *tool);

/**
 * Sets when human and short output has colours. Default: `VD_COLOR_AUTO`.
 */
vd_status vd_emitter_set_color(vd_emitter *emitter, vd_color color);

/**
 * Sets the background on which colours have to be readable. Default: that of the terminal, if it is
 * known.
 */
vd_status vd_emitter_set_background(vd_emitter *emitter, vd_background background);

/**
 * Sets the width of a line of human output, in cells. 0 means the default: the width of the terminal, or 140.
 */
vd_status vd_emitter_set_width(vd_emitter *emitter,
                               uint32_t cells);

/**
 * Sets how human output is drawn. Default: `VD_STYLE_ASCII`.
 */
vd_status vd_emitter_set_style(vd_emitter *emitter, vd_style style);

/**
 * Sets the colours of human output and HTML: `default`, `high-contrast`, `color-blind` or `ansi`, each also with `-dark`
 * or `-light`.
 */
vd_status vd_emitter_set_theme(vd_emitter *emitter,
                               vd_str theme);

/**
 * Sets the number of lines that human output and HTML show before and after each label. Default: 0.
 */
vd_status vd_emitter_set_context_lines(vd_emitter *emitter, uint32_t lines);

/**
 * Sets the number of cells from one tab stop to the next in human output and HTML: 1 to 16, others are
 * changed to the nearest. Default: 4.
 */
vd_status vd_emitter_set_tab_width(vd_emitter *emitter,
                                   uint32_t cells);

/**
 * Sets the URL of the links of paths, with the placeholders `{path}`, `{line}` and `{column}`, such as
 * `vscode://file/{path}:{line}:{column}`. Default: human output to a terminal that supports links has `file:` URLs, HTML has
 * no links of paths. Only files with an absolute path, or of sources with a root, have links.
 */
vd_status vd_emitter_set_editor_url(vd_emitter *emitter,
                                    vd_str url);

/**
 * Sets the file that formats whose readers need one, such as SARIF and GitLab, show for a diagnostic without a location,
 * relative to the root of the repository.
 */
vd_status vd_emitter_set_fallback_path(vd_emitter *emitter,
                                       vd_str path);

/**
 * Sets the category of SARIF logs, which distinguishes several runs of one compiler for one commit. Default: none.
 */
vd_status vd_emitter_set_sarif_category(vd_emitter *emitter,
                                        vd_str category);

/**
 * Sets the maximum number of results in a SARIF log; 0 means no limit. A notification counts those that are omitted.
 * Default: 25,000, the limit of code scanning on GitHub.
 */
vd_status vd_emitter_set_sarif_max_results(vd_emitter *emitter,
                                           uint64_t results);

/**
 * Sets which attributes the test cases of JUnit reports have. Default: `VD_JUNIT_LOCATED`.
 */
vd_status vd_emitter_set_junit_family(vd_emitter *emitter, vd_junit_family family);

/**
 * Writes one diagnostic at once, without a bag and its order. The diagnostic is not changed or freed.
 */
vd_status vd_emitter_emit(vd_emitter *emitter,
                          const vd_sources *sources,
                          const vd_diagnostic *diagnostic);

/**
 * Ends the output: closes the document, if the format has one. Call it after the last `vd_emitter_emit`.
 */
vd_status vd_emitter_finish(vd_emitter *emitter);

/* ---- Fixes ----------------------------------------------------------------------------------- */

/**
 * Writes a patch (a unified diff) of the suggestions of a bag to a function, which `patch -p1` and `git apply` accept.
 * Suggestions that are less certain than `least_certain` are omitted, and those that overlap an earlier one are
 * rejected. `applied` and `rejected` get the numbers of suggestions; each may be NULL.
 */
vd_status vd_bag_write_patch(const vd_bag *bag,
                             const vd_sources *sources,
                             vd_applicability least_certain,
                             vd_write_fn write,
                             void *user,
                             size_t *applied,
                             size_t *rejected);

/**
 * Calls `fixed` with the new text of each file that the suggestions of a bag change. The files themselves are not changed.
 * Otherwise this is `vd_bag_write_patch`.
 */
vd_status vd_bag_apply_fixes(const vd_bag *bag,
                             const vd_sources *sources,
                             vd_applicability least_certain,
                             vd_fixed_fn fixed,
                             void *user,
                             size_t *applied,
                             size_t *rejected);

/* ---- Crashes and contexts -------------------------------------------------------------------- */

/**
 * Installs the crash handler of the process. `program` is its name in reports; with no text it is that of the executable.
 * `version` may be no text.
 *
 * From now on a fatal signal, a stack overflow or an `abort()` of the program is reported as a diagnostic of the severity
 * fatal, with the contexts of the thread, and stored. Then the program ends as it would have ended without the handler:
 * same exit status, same core dump. Reports that are stored are viewed with `vitte crash show`.
 *
 * Call it, and the functions that configure it, in the first lines of `main()`, before anything else happens. If this
 * library is linked statically, a crash starts the same program again, and in that process this function reports the
 * crash and does not return. What `main()` does before, it does then a second time. Other threads may call it, too.
 *
 * Stack overflows are reported of the thread that calls this, and of threads that have opened a context. Fails with
 * `VD_E_BUSY` if a handler is installed already.
 */
vd_status vd_crash_install(vd_str program,
                           vd_str version);

/**
 * Removes the crash handler, and restores the signal handlers that were installed before it. Contexts stay open, and the
 * configuration is kept. Programs need not call it before they end. Fails with `VD_E_NOT_FOUND` if no handler is
 * installed.
 */
vd_status vd_crash_uninstall(void);

/**
 * Sets where users report crashes, such as the URL of an issue tracker. Default: none. `VD_E_BUSY` after the handler was
 * installed.
 */
vd_status vd_crash_report_url(vd_str url);

/**
 * Sets the directory in which crashes are stored. Default: `PROGRAM/crash-reports` in the user's directory for state. The
 * environment variable `VITTE_CRASH_DIR` replaces both. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_dir(vd_str dir);

/**
 * Stores no crashes; they are only written. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_without_store(void);

/**
 * Sets the command with which users view crashes: `mycc` for `mycc crash show`. Default: `vitte`. `VD_E_BUSY` after the
 * handler was installed.
 */
vd_status vd_crash_command_name(vd_str name);

/**
 * Sets the commit from which the program was built. Default: none. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_commit(vd_str commit);

/**
 * Sets how the program was built, such as `debug`. Default: none. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_build(vd_str build);

/**
 * Sets how long reporting a crash may take, in milliseconds: 1 to 3600000, others are changed to the nearest. Default: 2000.
 * After that the program ends without a report. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_timeout(uint32_t milliseconds);

/**
 * Sets whether a crash is written as one line, with the path of the report. Default: true if the environment variable `CI`
 * is set, and neither empty nor `false`. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_quiet(bool quiet);

/**
 * Sets whether signal handlers that were installed before this one decide first. Default: false. Set it if the program has
 * a runtime that recovers from faults, such as a garbage collector. `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_previous_handlers_first(bool is_first);

/**
 * Makes a dump when a signal arrives, `SIGQUIT`, `SIGUSR1` or `SIGUSR2`: a report of all threads with their contexts, with the
 * severity note. The program goes on. Call it once for each signal. Fails with `VD_E_ARGUMENT` for other signals,
 * `VD_E_UNSUPPORTED` on other systems than Linux, and `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_dump_on(int signal);

/**
 * Makes a dump when a context is open for longer than this many milliseconds. The program goes on. Fails with
 * `VD_E_UNSUPPORTED` on other systems than Linux, and `VD_E_BUSY` after the handler was installed.
 */
vd_status vd_crash_watchdog(uint32_t milliseconds);

/**
 * Sets the format in which crashes are written, see `vd_emitter_new`, and so the stream. Default: `human`. Also after the
 * handler was installed, when the command line is read.
 */
vd_status vd_crash_format(vd_str format);

/**
 * Sets when crashes are written with colours. Default: `VD_COLOR_AUTO`. Also after the handler was installed.
 */
vd_status vd_crash_color(vd_color color);

/**
 * Shares the source files to which the spans of contexts refer, as they are now: call it again after files were added. The
 * texts stay in memory until the next call, also if `sources` is freed; borrowed ones are not released before. NULL shares
 * none.
 */
vd_status vd_crash_set_sources(const vd_sources *sources);

/**
 * Reports an internal error of the program, such as a state that cannot be: as a crash with this message, the contexts and
 * the frames of this thread (F0001). Stores and writes it, and returns; the program should end then. Fails with
 * `VD_E_NOT_FOUND` if no handler is installed, and then does nothing, and with `VD_E_IO` if the report could be neither
 * stored nor written.
 *
 * With GCC and Clang, on x86-64 and 64-bit Arm, it is also a macro, by which the frames begin with that of the caller.
 */
vd_status vd_crash_report(vd_str message);

/**
 * Does the same as `vd_crash_report` for the function with `stack` in its stack frame and `code` in its code. Both may be
 * NULL.
 */
vd_status vd_crash_report_at(vd_str message,
                             const void *stack,
                             const void *code);

/**
 * Opens a context of this thread: the operation that begins, such as `type-checking`, and its location, or a span with
 * `VD_NO_FILE`. The report of a crash lists the open contexts, and its location is that of the innermost one that has
 * one. It takes a few nanoseconds, without a lock or a handler. Close it with `vd_context_pop`.
 *
 * `name` is copied; one of more than 64 bytes is cut. Of more than 64 contexts the 32 outermost and the 32 innermost ones
 * are recorded. Fails with `VD_E_LIMIT` if 512 other threads have contexts.
 *
 * With GCC and Clang, on x86-64 and 64-bit Arm, it is also a macro, by which the report finds the frame of the caller.
 */
vd_status vd_context_push(vd_str name,
                          vd_span span);

/**
 * Does the same as `vd_context_push` for the function with `stack` in its stack frame, such as its stack pointer, and `code`
 * in its code. Both may be NULL.
 */
vd_status vd_context_push_at(vd_str name,
                             vd_span span,
                             const void *stack,
                             const void *code);

/**
 * Adds a field to the innermost context: a key and a short value, such as the name of the function that is checked. Both
 * are copied; a key of more than 32 bytes and a value of more than 56 bytes are cut. Fails with `VD_E_LIMIT` after three
 * fields, and with `VD_E_NOT_FOUND` if no context is open.
 */
vd_status vd_context_field(vd_str key,
                           vd_str value);

/**
 * Closes the innermost context of this thread. Fails with `VD_E_NOT_FOUND` if none is open.
 */
vd_status vd_context_pop(void);

/**
 * Returns the number of open contexts of this thread.
 */
uint32_t vd_context_depth(void);

/**
 * Closes the innermost contexts of this thread until at most `depth` are open, for programs that leave functions with
 * `longjmp()`: they note `vd_context_depth()` beside `setjmp()`.
 */
vd_status vd_context_pop_to(uint32_t depth);

#ifdef __cplusplus
}  // extern "C"
#endif  // __cplusplus

/*
 * Does not compile if options such as -fshort-enums or -fpack-struct change the types that the library was built with: it
 * would write after the end of a vd_severity, or read other edits.
 */
extern char vd_check_enumerations[sizeof(vd_severity) == sizeof(int) ? 1 : -1];
extern char vd_check_structures[sizeof(vd_edit) % sizeof(void *) == 0 ? 1 : -1];

/*
 * vd_z() without a call: the compiler knows the length of a literal. The function of this name exists, too, for other languages
 * and pointers.
 */
static inline vd_str vd_z_inline(const char *text) {
  vd_str result;
  result.data = text;
  result.len = text == NULL ? 0 : strlen(text);
  return result;
}

#define vd_z(...) vd_z_inline(__VA_ARGS__)

/** Compilers check the arguments of a function like printf(). */
#if defined(__GNUC__) || defined(__clang__)
#  define VD_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#  define VD_PRINTF(text, first)
#endif

/**
 * Formats a text like vsnprintf() into a buffer of `size` bytes. Returns the text, which is shorter if the buffer is too
 * small; it then ends with "...", after a whole character of UTF-8. Returns an empty text if vsnprintf() fails. For texts
 * with values:
 *
 *     char text[256];
 *     vd_diagnostic_add_note(error, vd_format(text, sizeof text, "declared %d times", count));
 */
VD_PRINTF(3, 4) static inline vd_str vd_format(char *buffer, size_t size, const char *format, ...) {
  vd_str text;
  va_list arguments;
  int length;
  size_t needed;
  size_t end;
  va_start(arguments, format);
  length = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
#ifdef __cplusplus
  needed = length > 0 ? static_cast<size_t>(length) : 0;
#else
  needed = length > 0 ? (size_t)length : 0;
#endif
  text.data = buffer;
  text.len = needed < size ? needed : size;
  if (needed >= size && size > 0) {
    text.len = size - 1;
    if (size > 3) {
      /* A character of UTF-8 has at most three bytes after its first one. */
      for (end = size - 4; end > 0 && end + 7 > size && (buffer[end] & 0xC0) == 0x80; end--) {
      }
      memcpy(buffer + end, "...", 4);
      text.len = end + 3;
    }
  }
  return text;
}

/**
 * The text of a string literal, without counting its bytes when the program runs: VD_STR("parsing").
 */
#ifdef __cplusplus
#  define VD_STR(literal) (vd_str{"" literal, sizeof(literal) - 1})
#else
#  define VD_STR(literal) ((vd_str){"" literal, sizeof(literal) - 1})
#endif

/*
 * vd_context_push() and vd_crash_report() pass their callers, so that a report shows the frame of each context. The functions
 * of these names exist, too, for other languages and pointers.
 */
#if (defined(__GNUC__) || defined(__clang__)) && defined(__LP64__) \
    && (defined(__x86_64__) || defined(__aarch64__))
#  if defined(__x86_64__)
#    define VD_CALLER(stack, code)                                                      \
      __asm__ volatile("{movq %%rsp, %0|mov %0, rsp}\n\t{leaq 0(%%rip), %1|lea %1, [rip]}" \
                       : "=&r"(stack), "=&r"(code))
#  else
#    define VD_CALLER(stack, code) \
      __asm__ volatile("mov %0, sp\n\tadr %1, ." : "=&r"(stack), "=&r"(code))
#  endif

__attribute__((__always_inline__)) static inline vd_status vd_context_push_here(vd_str name,
                                                                                vd_span span) {
  const void *stack;
  const void *code;
  VD_CALLER(stack, code);
  return vd_context_push_at(name, span, stack, code);
}

__attribute__((__always_inline__)) static inline vd_status vd_crash_report_here(vd_str message) {
  const void *stack;
  const void *code;
  VD_CALLER(stack, code);
  return vd_crash_report_at(message, stack, code);
}

#  define vd_context_push(...) vd_context_push_here(__VA_ARGS__)
#  define vd_crash_report(...) vd_crash_report_here(__VA_ARGS__)
#endif

#endif  /* VITTE_DIAG_H */
