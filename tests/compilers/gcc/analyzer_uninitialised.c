/* gcc-args: -fanalyzer */
#include <string.h>

int pick(int which) {
    int value;
    if (which == 1)
        value = 3;
    return value;
}

char *local(void) {
    char name[10];
    strcpy(name, "local");
    return name;
}
