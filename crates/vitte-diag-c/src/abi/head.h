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
