#ifndef CONFIGURED
#error "run configure first" \
       and try again
#endif
#pragma GCC error "an error of a pragma"
_Static_assert(sizeof(int) == 2, "int must have two bytes");
#if 1
int open;
