/// The processes of one run, on one machine or several: MPI as a mover of bytes, and a watch over the other processes.
///
/// The program is not linked with MPI. A shim (Tools/mpi), built with the `mpicc` of a site, is loaded while the program
/// runs. It exports one function, `ft_mpi_interface`, which returns the table below. No number is ever added by MPI.
#ifndef FASTTRAIN_PROCESS_GROUP_H
#define FASTTRAIN_PROCESS_GROUP_H

#include <stdbool.h>
#include <stddef.h>

#include "CWatch.h"

#ifdef __cplusplus
extern "C" {
#endif

/// The version of `ft_mpi`.
#define FT_MPI_VERSION 1

/// The functions of the shim. Except where noted they return 0, or an error code of MPI, which `reason` explains. Only
/// the thread that called `start` may call them (MPI_THREAD_FUNNELED).
///
/// Functions named `begin…` start an operation in which all processes take part, in the same order, and store its number
/// in `request`. The memory belongs to the operation until `test` reports its end. Counts and positions are in units of 4
/// bytes. Arrays of counts and positions have an element for each rank and must remain valid as long.
typedef struct {
    /// FT_MPI_VERSION of the shim.
    int version;
    /// Returns the name and the version of the MPI library.
    const char *(*library)(void);
    /// Starts MPI, and stores this process's rank and the number of processes.
    int (*start)(int *rank, int *size);
    /// Ends MPI. All processes call it.
    int (*end)(void);
    /// Ends all processes with an exit code. It may return before this process ends.
    void (*abort)(int code);
    /// Returns the text of an error code.
    const char *(*reason)(int error);
    /// Each process sends a part of `send` to every other one.
    int (*begin_exchange)(
        const void *send, const int *send_counts, const int *send_positions, void *receive, const int *receive_counts,
        const int *receive_positions, int *request);
    /// Each process has its own part of `data`, and receives all other parts.
    int (*begin_gather)(void *data, const int *counts, const int *positions, int *request);
    /// Rank 0 receives the parts of all processes in `all`.
    int (*begin_collect)(
        const void *part, int count, void *all, const int *counts, const int *positions, int *request);
    /// All processes receive what `data` of rank 0 holds.
    int (*begin_broadcast)(void *data, int count, int *request);
    /// Stores whether an operation has ended. After its end its number is free for another one.
    int (*test)(int request, bool *has_ended);
} ft_mpi;

/// Loads the shim at `path`, or finds it by its name like any shared library. Returns its functions, or NULL and a reason,
/// which is valid until the next call. Of a shim of another version, only `version` may be used.
const ft_mpi *ft_mpi_load(const char *path, const char **reason);

#ifdef __cplusplus
}
#endif

#endif
