#include "shapes.h"

struct Text {
    explicit Text(int size);
    Text(const Text &) = delete;
    void append(const char *text, int count);
    void append(char letter);
private:
    int secret;
};

int main() {
    Text text = 3;
    text.append(1.5, "a");
    text.secret = 1;
    Text copy = text;
    text.lenght();
    return distance(1, 2);
}
