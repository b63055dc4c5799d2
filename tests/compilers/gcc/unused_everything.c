/* gcc-args: -Wunused-macros -Wunused-const-variable */
#define UNUSED_MACRO 3

static int never_called(void) { return 1; }
static int unused_global;
static const int unused_constant = 4;

int main(int argc, char **argv) {
    int unused;
    int only_set;
    only_set = 3;
    unused_label:
    argc == 3;
    argc + 1;
    typedef int local_type;
    return 0;
}
