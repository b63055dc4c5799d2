/* gcc-args: -fsyntax-only shadow_twin.inc -x c shadow_twin.inc */
int main(void) {
    return undeclared;
}
