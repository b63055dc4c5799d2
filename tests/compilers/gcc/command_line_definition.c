/* gcc-args: -DLIMIT=three -DFLAG -Wundef -Wexpansion-to-defined -Wbuiltin-macro-redefined */
#define LIMIT 3
#define __FILE__ "other"
#undef __STDC__

int main(void) {
    return LIMIT + FLAGS;
}
