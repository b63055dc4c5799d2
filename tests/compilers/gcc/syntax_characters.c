int main(void) {
    char *text = "not closed;
    char letter = 'ab';
    int number = 08 + 1x3;
    int value = 3 @ 4;
    char *escape = "\q \xfff \u12";
    return letter + '';
}
