#include "list.h"

static int size(struct list *list)
{
    int count = 0;
    while (list) {
        count++;
        list = list->next;
    }
    return count;
}

int last(struct list *list)
{
    int index = size(list) - 1;
	return item(list, index);
}
