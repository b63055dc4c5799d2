// gcc-args: -std=c++20
constexpr int divide(int left, int right) {
    return left / right;
}

constexpr int start(int value) {
    return divide(value, value - 1);
}

constexpr int result = start(1);
static_assert(start(3) == 2, "three divided by two");

template <typename T>
concept Small = sizeof(T) < 4;

template <Small T>
void store(T) {}

int main() {
    store(1.5);
    return result;
}
