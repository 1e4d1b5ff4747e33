// The list is global because the address space and its signals are. It holds atomic pointers because a signal handler
// reads it.
#include "CFiles.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

_Static_assert(ATOMIC_POINTER_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

enum { MAX_LISTED = 256 };

static _Atomic(ft_mapping *) listed[MAX_LISTED];

// Maps the file and records its state. Returns 0 with errno set on failure.
static int fill(ft_mapping *mapping, int descriptor, const char *name) {
    struct stat status;
    if (fstat(descriptor, &status) != 0) return 0;
    *mapping = (ft_mapping){
        .size = (size_t)status.st_size, .modified = status.st_mtim, .descriptor = descriptor, .name = strdup(name)};
    if (mapping->name == NULL) return 0;
    if (mapping->size == 0) return 1;  // mmap refuses an empty file
    void *base = mmap(NULL, mapping->size, PROT_READ, MAP_PRIVATE, descriptor, 0);
    if (base == MAP_FAILED) return 0;
    mapping->base = base;
    return 1;
}

ft_mapping *ft_mapping_open(int descriptor, const char *name) {
    ft_mapping *mapping = calloc(1, sizeof *mapping);
    if (mapping == NULL) return NULL;
    if (!fill(mapping, descriptor, name)) {
        int reason = errno;
        free(mapping->name);
        free(mapping);
        errno = reason;
        return NULL;
    }
    for (int i = 0; i < MAX_LISTED; i++) {
        ft_mapping *none = NULL;
        if (atomic_compare_exchange_strong(&listed[i], &none, mapping)) break;
    }
    return mapping;
}

void ft_mapping_close(ft_mapping *mapping) {
    for (int i = 0; i < MAX_LISTED; i++) {
        ft_mapping *entry = mapping;
        if (atomic_compare_exchange_strong(&listed[i], &entry, NULL)) break;
    }
    if (mapping->size > 0) munmap((void *)mapping->base, mapping->size);
    close(mapping->descriptor);
    free(mapping->name);
    free(mapping);
}

ft_mapping_state ft_mapping_check(const ft_mapping *mapping, size_t *size) {
    struct stat status;
    *size = mapping->size;
    if (fstat(mapping->descriptor, &status) != 0) return FT_MAPPING_SAME;
    *size = (size_t)status.st_size;
    if (*size != mapping->size) return FT_MAPPING_RESIZED;
    struct timespec now = status.st_mtim, then = mapping->modified;
    return now.tv_sec == then.tv_sec && now.tv_nsec == then.tv_nsec ? FT_MAPPING_SAME : FT_MAPPING_WRITTEN;
}

const ft_mapping *ft_mapping_at(const void *address) {
    for (int i = 0; i < MAX_LISTED; i++) {
        const ft_mapping *mapping = atomic_load(&listed[i]);
        if (mapping != NULL && (uintptr_t)address - (uintptr_t)mapping->base < mapping->size) return mapping;
    }
    return NULL;
}
