int check(int a, int b, int c) {
    if (a && b || c)
        return 1;
    if (a < b < c)
        return 2;
    if (a)
        if (b)
            return 3;
        else
            return 4;
    if (a == b);
        return 5;
    return a + b << c;
}
