// gcc-args: -Wsuggest-override -Wnon-virtual-dtor -Wreorder -Wold-style-cast -Wzero-as-null-pointer-constant
struct Base {
    virtual void run(int);
    virtual void stop() = 0;
};

struct Derived : Base {
    int second;
    int first;
    Derived() : first(1), second(first) {}
    void run(int);
    void stop() final;
    void halt() override;
};

class Missing : Unknown {}

int main() {
    Base base;
    int *pointer = (int *)0;
    return *pointer;
}
