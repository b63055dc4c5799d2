#line 100 "grammar.y"
int parse(void) {
    return undeclared;
}
#line 7 "scanner \"new\".l"
int scan(void) { return parse(1, 2) + missing; }
# 1 "/generated/header.h" 1
int from_header(void) { return absent; }
# 12 "line_directive.c" 2
int after(void) { return 3 }
