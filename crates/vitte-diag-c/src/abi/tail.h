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
  size_t needed;
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
      memcpy(buffer + size - 4, "...", 4);
    }
  }
  return text;
}
