#warning "this file is only for tests"
#pragma message("a message of a pragma")
#pragma unknown_tool option
#pragma GCC warning "a warning of a pragma"
#if UNDEFINED_NAME > 3
#endif
#ifdef
#endif
int main(void) {
    return 0;
}
#else
