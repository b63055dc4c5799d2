struct pair { int a; };
struct pair { int b; };
int value = 1;
int value = 2;
long value;

int run(int count);
int run(char *text) { return 1; }
int run(char *text) { return 2; }

enum { ONE, TWO, ONE };
typedef int number;
typedef long number;

int main(void) {
    int local = 1;
    int local = 2;
    goto missing;
    case 3: return local;
}
