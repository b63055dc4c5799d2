struct point {
    int x;
    int y;
};

int sum(struct point *point) {
    int total = point.x
    total += point->y;
    return total;
}

int main(void) {
    printf("%d\n", sum(0));
    return strlen("a");
}
