/* gcc-args: -fanalyzer */
#include <stdlib.h>

struct buffer {
    char *bytes;
    int size;
};

static struct buffer *create(int size) {
    if (size < 0)
        return NULL;
    struct buffer *buffer = malloc(sizeof *buffer);
    buffer->size = size;
    return buffer;
}

int main(void) {
    struct buffer *buffer = create(-1);
    return buffer->size;
}
