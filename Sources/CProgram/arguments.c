// glibc passes the arguments to every function that runs before main. Swift reads them from /proc instead, and finds
// none where /proc is not mounted.
#include "CProgram.h"

static int count;
static char **values;

__attribute__((constructor)) static void keep(int argument_count, char **arguments) {
    count = argument_count;
    values = arguments;
}

int ft_argument_count(void) { return count; }

const char *ft_argument(int index) { return values[index]; }
