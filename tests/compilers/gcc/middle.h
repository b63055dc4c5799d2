#include "broken.h"

static inline int middle(int value, int unused) {
    return value;
}
