/* gcc-stdin: yes */
/* gcc-args: -x c */
int main(void) {
    return undeclared;
}
