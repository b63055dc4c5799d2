int first(void) {
    if (1) {
        return 1;

int second(void) {
    return 2;
}
