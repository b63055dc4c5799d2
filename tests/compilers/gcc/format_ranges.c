#include <stdio.h>

int main(void) {
    long size = 3;
    const char *name = "n";
    printf("%d items of %s\n", size, 4);
    printf("first %-10s, second %5.2f, third %i\n",
           name, size,
           name);
    printf("%s %s\n", name);
    printf("%d\n", 1, 2);
    printf("100%\n");
    printf("%y\n", 3);
    printf(name);
    return 0;
}
