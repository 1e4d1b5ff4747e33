/// A watch over the processes of a run. Each exchanges a sign of life with rank 0 every second, on a connection of its
/// own. So all of them notice when one dies, and when one is stopped or cut off, even in the middle of a computation.
#ifndef FASTTRAIN_WATCH_H
#define FASTTRAIN_WATCH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Where rank 0 can be reached.
typedef struct {
    /// IPv4 addresses in the network's byte order.
    uint32_t addresses[16];
    int address_count;
    uint16_t port;
    /// Tells the processes of this run from strangers.
    uint64_t token;
} ft_watch_place;

/// What ended a run.
typedef enum {
    /// A process ended without saying why.
    FT_WATCH_DEAD,
    /// A process has given no sign of life for `FT_WATCH_SECONDS`.
    FT_WATCH_SILENT,
    /// A process has reported an error.
    FT_WATCH_REPORTED,
} ft_watch_end;

/// The seconds without a sign of life after which a process counts as lost.
enum { FT_WATCH_SECONDS = 15 };

/// Opens the place on rank 0: on this machine only if `is_local`, and otherwise on all its networks. Returns 0 or an error
/// number.
int ft_watch_open(int is_local, ft_watch_place *place);

/// Starts the watch in a thread. All processes call it, with the place of rank 0.
///
/// `ended` is called on that thread when the run cannot go on: with the rank of the process that was lost, or with the exit
/// code of the error that one has reported. It should not return. Returns 0 or an error number.
int ft_watch_start(
    int rank, int size, const ft_watch_place *place, void (*ended)(ft_watch_end end, int rank_or_code));

/// Tells the others that this process has reported an error, or, with code 0, that it is done. In both cases nobody expects
/// signs of life from it any more.
void ft_watch_leave(int code);

/// Returns whether another process has reported an error.
int ft_watch_has_error(void);

#ifdef __cplusplus
}
#endif

#endif
