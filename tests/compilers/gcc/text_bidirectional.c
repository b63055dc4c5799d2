/* gcc-args: -Wbidi-chars=any */
int main(void) {
    /* admin ‮ } ⁦if (1)⁩ ⁦ begin */
    return 0;
}
