/* gcc-args: -Wconversion -Wsign-compare -Wfloat-equal -Wdouble-promotion */
int convert(unsigned size, double ratio, float small) {
    int count = size;
    char byte = 300;
    unsigned char tiny = ratio;
    if (count < size)
        count = ratio * small;
    if (ratio == 1.5)
        byte = -1;
    return count << 33 | byte | tiny | (1 / 0);
}
