/* gcc-args: -fanalyzer */
#include <stdio.h>
#include <stdlib.h>

int first_byte(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file)
        return -1;
    return fgetc(file);
}

int copy(int size) {
    char *line = malloc(80);
    if (!line || size > 80) {
        return size;
    }
    line[0] = 'a';
    free(line);
    return 0;
}
