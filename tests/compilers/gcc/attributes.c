#include "shapes.h"

__attribute__((unknown_attribute)) int first;
__attribute__((aligned(3))) int second;
__attribute__((format(printf, 1, 3))) void third(int number);
__attribute__((nonnull)) void fourth(char *text);
__attribute__((noreturn)) int fifth(void) { return 1; }
int sixth(void) { }

int main(void) {
    fourth(0);
    draw("a");
    return length((struct point){ 1, 2 });
}
