/* gcc-args: -Wextra-semi -pedantic */
int run(int value) { return value; };

int main(void) {
    return run(1);
}
