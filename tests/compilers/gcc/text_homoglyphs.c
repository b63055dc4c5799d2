/* gcc-args: -Wnormalized=nfkc */
int main(void) {
    int scope = 1;
    int ﬁle = 2;
    return scope + ѕcope + ﬁle;
}
