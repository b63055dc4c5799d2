int check(int value)
{
    if (value == 1
        & value == 2)
        return 1;
    if (value = 3)
        return 2;
    while (value)
        value--; value++;
    return !value == 3;
}
