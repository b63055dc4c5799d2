def broken(:
    x = (1,
