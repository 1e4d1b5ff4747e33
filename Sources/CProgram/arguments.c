// glibc tells them to each function that it calls before main. Swift looks for them in /proc, which need not be there, and
// then has none.
#include "CProgram.h"

static int count;
static char **values;

__attribute__((constructor)) static void keep(int argument_count, char **arguments) {
    count = argument_count;
    values = arguments;
}

int fasttrain_argument_count(void) { return count; }

const char *fasttrain_argument(int index) { return values[index]; }
