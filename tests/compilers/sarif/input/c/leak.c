#include <stdlib.h>

struct node {
    struct node *next;
    int value;
};

static struct node *make(int value)
{
    struct node *node = malloc(sizeof *node);
    if (value < 0)
        return NULL;
    node->value = value;
    return node;
}

int sum(int count)
{
    int total = 0;
    int unset;
    struct node *first = make(count);
    if (count > 10)
        free(first);
    total += first->value;
    int *array = calloc(4, sizeof(int));
    array[4] = total / (count - count);
    return total + unset;
}
