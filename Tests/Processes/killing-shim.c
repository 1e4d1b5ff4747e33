// The shim between fasttrain and MPI, with one process killed before the call of MPI that FASTTRAIN_KILLED_AT numbers,
// from 1, on rank FASTTRAIN_KILLED_RANK. A test that an exchange has ended is no call.

#define ft_mpi_interface undisturbed_interface
#include "../../Tools/mpi/fasttrain-mpi.c"
#undef ft_mpi_interface

#include <signal.h>

static const ft_mpi *undisturbed;
static int own_rank;

static long number(const char *name) {
    const char *text = getenv(name);
    return text == NULL ? -1 : atol(text);
}

static void count_call(void) {
    static long calls;
    calls += 1;
    if (own_rank == number("FASTTRAIN_KILLED_RANK") && calls == number("FASTTRAIN_KILLED_AT")) raise(SIGKILL);
}

static int counted_start(int *rank, int *size) {
    int error = undisturbed->start(rank, size);
    own_rank = *rank;
    return error;
}

static int counted_exchange(
    const void *send, const int *send_counts, const int *send_positions, void *receive, const int *receive_counts,
    const int *receive_positions, int *request) {
    count_call();
    return undisturbed->begin_exchange(
        send, send_counts, send_positions, receive, receive_counts, receive_positions, request);
}

static int counted_gather(void *data, const int *counts, const int *positions, int *request) {
    count_call();
    return undisturbed->begin_gather(data, counts, positions, request);
}

static int counted_collect(
    const void *part, int count, void *all, const int *counts, const int *positions, int *request) {
    count_call();
    return undisturbed->begin_collect(part, count, all, counts, positions, request);
}

static int counted_broadcast(void *data, int count, int *request) {
    count_call();
    return undisturbed->begin_broadcast(data, count, request);
}

static int counted_end(void) {
    count_call();
    return undisturbed->end();
}

__attribute__((visibility("default"))) const ft_mpi *ft_mpi_interface(void) {
    static ft_mpi counted;
    undisturbed = undisturbed_interface();
    counted = *undisturbed;
    counted.start = counted_start;
    counted.end = counted_end;
    counted.begin_exchange = counted_exchange;
    counted.begin_gather = counted_gather;
    counted.begin_collect = counted_collect;
    counted.begin_broadcast = counted_broadcast;
    return &counted;
}
