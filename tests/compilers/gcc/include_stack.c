#include "middle.h"

int main(void) {
    return middle(1, 2);
}
