// gcc-args: -Wextra-semi -pedantic -Wredundant-move
struct Level {
    void raise() {};
    int value;
    virtual virtual void lower();
};

enum Colour { RED, GREEN, };;

int main() {
    Level level;
    const const int limit = 3;
    return level.value + limit;
}
