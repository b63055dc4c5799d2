template <typename T>
T largest(T left, T right) {
    return left > right ? left : right;
}

struct Opaque {};

template <typename T>
struct Box {
    T value;
    int size() { return value.size(); }
};

int main() {
    largest(1, 2.5);
    largest(Opaque(), Opaque());
    Box<int> box{3};
    return box.size();
}
