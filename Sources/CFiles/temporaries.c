// The list is global and has a fixed size because a signal handler reads it: its memory is never freed.
#include "CFiles.h"

#include <limits.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

enum { MAX_LISTED = 64 };
enum { FREE, TAKEN, LISTED };

static struct {
    atomic_int state;
    char path[PATH_MAX];
} temporaries[MAX_LISTED];

int ft_temporary_list(const char *path) {
    if (strlen(path) >= PATH_MAX) return -1;
    for (int i = 0; i < MAX_LISTED; i++) {
        int none = FREE;
        if (!atomic_compare_exchange_strong(&temporaries[i].state, &none, TAKEN)) continue;
        strcpy(temporaries[i].path, path);
        atomic_store(&temporaries[i].state, LISTED);
        return i;
    }
    return -1;
}

void ft_temporary_unlist(int number) {
    if (number >= 0) atomic_store(&temporaries[number].state, FREE);
}

void ft_temporary_remove_all(void) {
    for (int i = 0; i < MAX_LISTED; i++) {
        if (atomic_load(&temporaries[i].state) == LISTED) unlink(temporaries[i].path);
    }
}
