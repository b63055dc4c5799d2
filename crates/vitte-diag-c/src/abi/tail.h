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
