/* gcc-args: -fsyntax-only missing_input.c */
int main(void) {
    return undeclared;
}
