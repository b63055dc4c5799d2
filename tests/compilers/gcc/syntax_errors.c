int main(void) {
    int list[3] = { 1, 2, 3 };
    if (list[0] == 1 {
        return 1;
    }
    for (int i = 0, i < 3; i++)
        ;
    else return 2;
    return 3
}
