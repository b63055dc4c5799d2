#define DECLARE(type, name) type name = INITIAL(type)
#define INITIAL(type) CONVERT("text", type)
#define CONVERT(value, type) value

int main(void) {
    DECLARE(int, count);
    return count;
}
