#include "shapes.h"

struct point { long x; };
#define SQUARE(value) value

long distance(struct point from, int to) {
    return from.x + to;
}
