/* gcc-args: -O2 -Warray-bounds -Wstringop-overflow */
#include <string.h>

struct record {
    char name[4];
    int list[3];
};

int read(struct record *record) {
    int table[2] = { 1, 2 };
    record->list[3] = 1;
    memset(record->name, 0, 100);
    return table[5];
}
