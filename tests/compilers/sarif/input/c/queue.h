#ifndef QUEUE_H
#define QUEUE_H

#define MAX(a, b) ((a) > (b) ? (a) : (b))

struct queue {
    int *items;
    unsigned length;
};

int queue_push(struct queue *queue, int item);
static int queue_unused(void);

#endif
