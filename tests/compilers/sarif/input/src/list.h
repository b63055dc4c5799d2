struct list {
    struct list *next;
    int value;
};
int item(struct list *list, int index);
