/// Lists of a process's files for its signal handlers: the files mapped into memory, so that a fault can be attributed
/// to one of them, and the files being written, so that unfinished ones can be removed.
#ifndef FASTTRAIN_CFILES_H
#define FASTTRAIN_CFILES_H

#include <stddef.h>
#include <time.h>

/// A mapped file and its state when it was opened.
typedef struct ft_mapping {
    /// The address of the mapping; NULL if the file is empty.
    const void *base;
    /// The size in bytes.
    size_t size;
    /// The time of the last modification.
    struct timespec modified;
    /// The open file, kept as long as it is mapped.
    int descriptor;
    /// The name of the file in messages.
    char *name;
} ft_mapping;

/// Whether a mapped file has changed since it was opened.
typedef enum {
    /// No change is known: size and modification time are the same.
    FT_MAPPING_SAME,
    /// The size differs. Accessing pages beyond the new end faults; the rest of the last page reads as zeros.
    FT_MAPPING_RESIZED,
    /// The file has been written to.
    FT_MAPPING_WRITTEN,
} ft_mapping_state;

/// Maps the whole file open as `descriptor` for reading. On success the mapping owns the descriptor; on failure the
/// caller keeps it. `name` is copied.
/// Returns NULL with errno set if the file cannot be mapped.
ft_mapping *ft_mapping_open(int descriptor, const char *name);

/// Unmaps the file, closes its descriptor and frees the mapping.
void ft_mapping_close(ft_mapping *mapping);

/// Compares the file with its state when it was opened, and stores its current size in `size`. Safe in a signal
/// handler.
ft_mapping_state ft_mapping_check(const ft_mapping *mapping, size_t *size);

/// Returns the mapping that contains an address, or NULL if no listed mapping does. At most 256 mappings are listed.
/// Safe in a signal handler.
const ft_mapping *ft_mapping_at(const void *address);

/// Lists a temporary file for removal if a handled signal (CProgram) ends the process before the file is unlisted.
/// `path` is copied.
/// Returns a number to unlist the file by, or -1 if it is not listed because 64 files already are or `path` is too
/// long.
int ft_temporary_list(const char *path);

/// Unlists a file that has been removed or renamed. Does nothing for -1.
void ft_temporary_unlist(int number);

/// Removes all listed files. Safe in a signal handler. Only for a process that ends right afterwards.
void ft_temporary_remove_all(void);

#endif
