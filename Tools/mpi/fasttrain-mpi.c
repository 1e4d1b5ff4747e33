// The shim between fasttrain and an MPI library, built by `make mpi` with the library's own mpicc. It moves bytes, in
// units of 4, and never computes with them. Sources/CProcessGroup/include/CProcessGroup.h describes the functions.

#include <mpi.h>
#include <stdlib.h>

#include "CProcessGroup.h"

static MPI_Comm group = MPI_COMM_NULL;
static MPI_Request *requests;
static int request_count;

static const char *library(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    MPI_Get_library_version(text, &length);
    return text;
}

#ifdef OPEN_MPI
// Settings of Open MPI's TCP, for which the user has none of their own. By default a large message is one fragment, and
// what tells the peer about the next message waits behind it, so that a link often carries data in one direction only.
// In fragments of 1 MiB, a step on two hosts takes 0.77 of the time at 100 Mbit/s and 0.94 at 1 Gbit/s (mnist-wide).
static void send_in_fragments(void) {
    setenv("OMPI_MCA_btl_tcp_flags", "1", 0);  // send, without put
    setenv("OMPI_MCA_btl_tcp_max_send_size", "1048576", 0);
}
#else
static void send_in_fragments(void) {}
#endif

static int start(int *rank, int *size) {
    int provided;
    send_in_fragments();
    int error = MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &provided);
    if (error == MPI_SUCCESS) error = MPI_Comm_dup(MPI_COMM_WORLD, &group);
    if (error == MPI_SUCCESS) error = MPI_Comm_set_errhandler(group, MPI_ERRORS_RETURN);
    if (error == MPI_SUCCESS) error = MPI_Comm_rank(group, rank);
    if (error == MPI_SUCCESS) error = MPI_Comm_size(group, size);
    return error;
}

static int end(void) { return MPI_Finalize(); }

static void abort_all(int code) { MPI_Abort(MPI_COMM_WORLD, code); }

static const char *reason(int error) {
    static char text[MPI_MAX_ERROR_STRING];
    int length;
    if (MPI_Error_string(error, text, &length) != MPI_SUCCESS) return "unknown error of MPI";
    return text;
}

// Returns the number of a free request, or -1 if there is no memory for one more.
static int free_request(void) {
    for (int i = 0; i < request_count; i++) {
        if (requests[i] == MPI_REQUEST_NULL) return i;
    }
    MPI_Request *more = realloc(requests, (size_t)(request_count + 1) * sizeof *more);
    if (more == NULL) return -1;
    requests = more;
    requests[request_count] = MPI_REQUEST_NULL;
    return request_count++;
}

static int begin_exchange(
    const void *send, const int *send_counts, const int *send_positions, void *receive, const int *receive_counts,
    const int *receive_positions, int *request) {
    if ((*request = free_request()) < 0) return MPI_ERR_NO_MEM;
    return MPI_Ialltoallv(
        send, send_counts, send_positions, MPI_FLOAT, receive, receive_counts, receive_positions, MPI_FLOAT, group,
        &requests[*request]);
}

static int begin_gather(void *data, const int *counts, const int *positions, int *request) {
    if ((*request = free_request()) < 0) return MPI_ERR_NO_MEM;
    return MPI_Iallgatherv(
        MPI_IN_PLACE, 0, MPI_DATATYPE_NULL, data, counts, positions, MPI_FLOAT, group, &requests[*request]);
}

static int begin_collect(
    const void *part, int count, void *all, const int *counts, const int *positions, int *request) {
    if ((*request = free_request()) < 0) return MPI_ERR_NO_MEM;
    return MPI_Igatherv(part, count, MPI_FLOAT, all, counts, positions, MPI_FLOAT, 0, group, &requests[*request]);
}

static int begin_broadcast(void *data, int count, int *request) {
    if ((*request = free_request()) < 0) return MPI_ERR_NO_MEM;
    return MPI_Ibcast(data, count, MPI_FLOAT, 0, group, &requests[*request]);
}

static int test(int request, bool *has_ended) {
    int flag;
    int error = MPI_Test(&requests[request], &flag, MPI_STATUS_IGNORE);
    *has_ended = error == MPI_SUCCESS && flag;
    return error;
}

__attribute__((visibility("default"))) const ft_mpi *ft_mpi_interface(void) {
    static const ft_mpi functions = {
        FT_MPI_VERSION, library,        start,         end,           abort_all,       reason,
        begin_exchange, begin_gather, begin_collect, begin_broadcast, test,
    };
    return &functions;
}
