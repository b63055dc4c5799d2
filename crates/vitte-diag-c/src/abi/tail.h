/** Compilers check the arguments of a function like printf(). */
#if defined(__GNUC__) || defined(__clang__)
#  define VD_PRINTF(text, first) __attribute__((__format__(__printf__, text, first)))
#else
#  define VD_PRINTF(text, first)
#endif

/**
 * Formats a text like vsnprintf() into a buffer of `size` bytes. Returns the text, which is shorter if the buffer is too
 * small; it then ends with "...". For texts with values:
 *
 *     char text[256];
 *     vd_diagnostic_add_note(error, vd_format(text, sizeof text, "declared %d times", count));
 */
VD_PRINTF(3, 4) static inline vd_str vd_format(char *buffer, size_t size, const char *format, ...) {
  vd_str text;
  va_list arguments;
  int length;
  text.data = buffer;
  text.len = 0;
  va_start(arguments, format);
  length = vsnprintf(buffer, size, format, arguments);
  va_end(arguments);
  if (length > 0 && size > 0) {
    text.len = (size_t)length < size ? (size_t)length : size - 1;
  }
  if (length > 0 && size > 3 && (size_t)length >= size) {
    memcpy(buffer + size - 4, "...", 4);
  }
  return text;
}
