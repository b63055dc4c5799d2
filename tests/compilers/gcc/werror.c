/* gcc-args: -Werror -Wno-error=unused-variable */
int main(void) {
    int unused;
    unsigned number = 1;
    return number < -1;
}
