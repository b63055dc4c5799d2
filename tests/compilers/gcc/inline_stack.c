/* gcc-args: -O2 -Wmaybe-uninitialized -Wstringop-overflow */
#include <string.h>

void send(char *text, int value);

static inline void inner(char *target) {
    memset(target, 1, 10);
}

static inline void outer(char *target) {
    inner(target);
}

void run(int flag) {
    char small[4];
    int value;
    if (flag > 1)
        value = 2;
    outer(small);
    send(small, value);
}
