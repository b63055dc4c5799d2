#include <stdio.h>
#include "queue.h"

int queue_push(struct queue *queue, int item)
{
	int *slot = queue.items;
    const char *é = "naïve 🎈"; slot = item;
    if (queue->length = item)
        printf("%s\n", item);
    if (queue->length < MAX(item, -1))
        return queue_puhs(queue, item);
    switch (item) {
    case 1:
    case 1:
        return *slot
    }
}
