/* gcc-args: -fanalyzer */
#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};

int sum(struct node *list) {
    int total = 0;
    while (list) {
        free(list);
        total += list->value;
        list = list->next;
    }
    return total;
}
