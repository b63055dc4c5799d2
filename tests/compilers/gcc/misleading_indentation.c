int run(int level) {
    if (level > 1)
        level--;
        level++;

    for (int i = 0; i < level; i++)
        level += i;
        level += 2;
    return level;
}
