#include "middle.h"
int only_in_source(void) { return MISSING; }
