/* gcc-expect: only text, because gcc drops the JSON when it stops at the limit */
/* gcc-args: -fmax-errors=2 */
int main(void) {
    first = 1;
    second = 2;
    third = 3;
    return fourth;
}
