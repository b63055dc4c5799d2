int use(int *numbers, const char *text);

int main(void) {
    long list[2] = { 1, 2 };
    char *text = 3;
    int number = "text";
    const char *constant = "c";
    char *changed = constant;
    use(list, number);
    *constant = 'd';
    void (*function)(int) = use;
    return list == text;
}
