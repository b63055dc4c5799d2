#include <string.h>
#include "util.h"

struct point { int x, y; };

static int helper(int unused) { return 1; }

int main(void)
{
    const char *é = "🎈🎈"; int wide = é;
    struct point p = { 1, 2, 3 };
    p->x = util_sum(1, 2);
    int n = SQUARE("a");
    util_ad(1, 2);
    if (n = 3)
        return p.z;
    return n / 0
}
