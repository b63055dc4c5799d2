#ifndef SHAPES_H
#define SHAPES_H

struct point {
    int x;
    int y;
};

int distance(struct point from, struct point to);

__attribute__((deprecated("use distance instead")))
int length(struct point from);

__attribute__((warn_unused_result)) int draw(const char *name);

#define SQUARE(value) ((value) * (value))
#define AREA(shape) SQUARE((shape).width)
#define MAX(a, b) ((a) > (b) ? (a) : (b))

#endif
