/* gcc-args: -Wshadow */
int count;

int sum(int count, int index) {
    for (int index = 0; index < 3; index++) {
        int count = index;
        {
            int count = 2;
            index += count;
        }
        index += count;
    }
    return count + index;
}
