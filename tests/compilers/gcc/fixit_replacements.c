struct account {
    int balance;
    char *owner;
};

int main(void) {
    struct account account = { 1, "me" };
    int quantity = account.balanse;
    const char *name = account.ownr;
    retrun quantty + (name == 0);
}
