/* gcc-args: -Wswitch-enum -Wswitch-default */
enum colour { RED, GREEN, BLUE };

int code(enum colour colour) {
    switch (colour) {
    case RED:
        return 1;
    case 7:
        return 2;
    case RED:
        return 3;
    }
    return 0;
}
