#ifndef UTIL_H
#define UTIL_H

#define SQUARE(x) ((x) * (x))

__attribute__((deprecated("use util_add"))) int util_sum(int a, int b);
int util_add(int a, int b);

#endif
