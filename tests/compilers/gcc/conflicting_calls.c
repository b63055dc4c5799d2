#include "shapes.h"

int main(void) {
    struct point origin = { 1, 2, 3 };
    struct point corner = { .x = 1, .z = 2 };
    length(origin);
    distance(origin);
    distance(origin, corner, 3);
    distance(1, &corner);
    draw("name");
    return origin;
}
