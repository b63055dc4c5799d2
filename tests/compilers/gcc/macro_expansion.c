#include "shapes.h"

struct square {
    int size;
};

int main(void) {
    struct square square = { 3 };
    const char *text = "a";
    int bigger = MAX(text, 3);
    return AREA(square) + bigger;
}
