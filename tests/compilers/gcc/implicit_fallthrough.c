int kind(int byte) {
    int result = 0;
    switch (byte) {
    case 1:
        result = 1;
    case 2:
        if (result)
            result++;
        else
            break;
    default:
        result = 3;
    }
    return result;
}
