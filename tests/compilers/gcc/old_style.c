/* gcc-args: -std=c89 -pedantic -Wold-style-definition -Wstrict-prototypes -Wmissing-prototypes */
sum(a, b)
    int a, b;
{
    // a comment
    int first = a;
    first++;
    long long second = b;
    return first + second;
}

int none() { inline; return undeclared_function(1); }
