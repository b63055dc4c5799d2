/* gcc-args: -O2 */
#include <stdio.h>
#include <string.h>

void copy(int number, const char *name) {
    char small[4];
    sprintf(small, "%d", number);
    puts(small);
    strcpy(small, "far too long");
    puts(small);
    snprintf(small, sizeof small, "%s-%i", "name", number);
    puts(small);
    strncpy(small, name, strlen(name));
    puts(small);
}
