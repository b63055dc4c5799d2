#include <stdio.h>
#define LOG(level, text, ...) printf("[" level "] " text "\n", __VA_ARGS__)
#define NUMBER "%d"

int main(void) {
    LOG("info", "%s is %d", "a", "b");
    printf(NUMBER " and " NUMBER "\n", 1, 2.5);
    return 0;
}
