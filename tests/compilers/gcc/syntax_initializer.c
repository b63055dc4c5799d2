int main(void) {
    int list[3] = { 1, 2, 3;
    return list[0];
}
