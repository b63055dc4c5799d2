/* gcc-args: -Wno-such-warning -Wno-other-name */
int main(void) {
    int unused;
    return 0;
}
