#define ADD(left, right) ((left) + (right))
#define ADD(left, right) left
#define TEXT(x) #y
#define PASTE(a) a ## 3x

int main(void) {
    int sum = ADD(1);
    sum += ADD(1, 2, 3);
    return sum + ADD(1, 2;
}
