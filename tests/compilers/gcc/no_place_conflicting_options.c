/* gcc-args: -fsanitize=thread -fsanitize=address -Wformat-security -Wno-format -mtune=unknown */
int main(void) {
    return 0;
}
