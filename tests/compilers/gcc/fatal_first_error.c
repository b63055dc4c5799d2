/* gcc-args: -Wfatal-errors */
int main(void) {
    return missing + other;
}
