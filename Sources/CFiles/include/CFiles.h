/// What handlers of signals must know of a process's files: which are mapped into memory, so that the one that a fault is to
/// be blamed on can be told, and which are being written, so that what is not finished can be removed.
#ifndef FASTTRAIN_CFILES_H
#define FASTTRAIN_CFILES_H

#include <stddef.h>
#include <time.h>

/// A mapped file, as it was when it was opened.
typedef struct fasttrain_mapping {
    /// Where it lies; NULL when it is empty.
    const void *base;
    /// Its bytes.
    size_t size;
    /// When it had last been written to.
    struct timespec modified;
    /// Leads to it while it is mapped.
    int descriptor;
    /// What it is called in messages.
    char *name;
} fasttrain_mapping;

/// What has become of a mapped file.
typedef enum {
    /// As far as can be told: neither its size nor the time of its last change is another.
    FASTTRAIN_MAPPING_SAME,
    /// It has another size. Pages beyond its end are faults, what is left of its last page reads as zeros.
    FASTTRAIN_MAPPING_RESIZED,
    /// It has been written to.
    FASTTRAIN_MAPPING_WRITTEN,
} fasttrain_mapping_state;

/// Maps all of the file that `descriptor` leads to, for reading. The descriptor is the mapping's from now on; in case of
/// failure it stays the caller's. `name` is copied.
/// Returns NULL with errno set when the file cannot be mapped.
fasttrain_mapping *fasttrain_mapping_open(int descriptor, const char *name);

/// Ends the mapping and closes the descriptor.
void fasttrain_mapping_close(fasttrain_mapping *mapping);

/// Compares the file with what it was when it was opened; `size` gets its bytes now. Safe in a signal handler.
fasttrain_mapping_state fasttrain_mapping_check(const fasttrain_mapping *mapping, size_t *size);

/// The mapped file at an address; NULL when none of the first 256 is there. Safe in a signal handler.
const fasttrain_mapping *fasttrain_mapping_at(const void *address);

/// Lists a file that goes when the process ends before it has been unlisted, if it is by a signal that is handled so
/// (CProgram). `path` is copied. Returns a number to unlist it by, or -1 when it is not listed: 64 are, or it is too long.
int fasttrain_temporary_list(const char *path);

/// To be called when the file is gone, or has another name. Does nothing for -1.
void fasttrain_temporary_unlist(int number);

/// Removes the files that are listed. Safe in a signal handler; for a process that ends right after it.
void fasttrain_temporary_remove_all(void);

#endif
