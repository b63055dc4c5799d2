/* gcc-args: -fanalyzer */
#include <stdlib.h>

static void release(int *memory) {
    free(memory);
}

void run(int count) {
    int *memory = malloc(sizeof(int));
    if (count > 3) {
        release(memory);
    }
    free(memory);
}
