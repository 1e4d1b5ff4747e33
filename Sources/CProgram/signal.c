// The one thing that Swift cannot promise: code that is safe to run in a signal handler. It stores a number, or removes what
// is not finished, no more.
#include "CProgram.h"

#include <CFiles.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

// SIGXCPU: no more CPU time but for a moment (ulimit -t, a batch queue).
static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
static atomic_int received;

static void end(int number) {
    fasttrain_child_end();
    fasttrain_temporary_remove_all();
    signal(number, SIG_DFL);
    raise(number);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, number);
    pthread_sigmask(SIG_UNBLOCK, &mask, NULL);  // now it comes
    _exit(128 + number);  // the system has process 1, of a container say, live on
}

static void note(int number) {
    int none = 0;
    atomic_compare_exchange_strong(&received, &none, number);
    // That one comes again each second.
    if (number != SIGXCPU) signal(number, end);
}

// Has all signals that are not ignored handled so; -1 with errno set when that fails.
static int handle(void (*handler)(int)) {
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigemptyset(&action.sa_mask);
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof handled / sizeof *handled; i++) {
        struct sigaction earlier;
        if (sigaction(handled[i], NULL, &earlier) != 0) return -1;
        if (earlier.sa_handler == SIG_IGN) continue;
        if (sigaction(handled[i], &action, NULL) != 0) return -1;
        sigaddset(&mask, handled[i]);
    }
    return sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

int fasttrain_signal_clean(void) { return handle(end); }

int fasttrain_signal_watch(void) { return handle(note); }

int fasttrain_signal_received(void) { return atomic_load_explicit(&received, memory_order_relaxed); }
