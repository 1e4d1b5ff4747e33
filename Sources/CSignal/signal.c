// The one thing that Swift cannot promise: code that is safe to run in a signal handler. It stores a number, no more.
#include "CSignal.h"

#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

static atomic_int received;

static void note(int signal) {
    int none = 0;
    atomic_compare_exchange_strong(&received, &none, signal);
}

int fasttrain_signal_watch(void) {
    static const int watched[] = {SIGINT, SIGTERM, SIGHUP};
    struct sigaction action = {.sa_handler = note};
    // SA_RESETHAND: the first signal restores the default, so that the second one ends the program.
    action.sa_flags = SA_RESTART | SA_RESETHAND;
    sigemptyset(&action.sa_mask);
    sigset_t mask;
    sigemptyset(&mask);
    for (size_t i = 0; i < sizeof watched / sizeof *watched; i++) {
        struct sigaction earlier;
        if (sigaction(watched[i], NULL, &earlier) != 0) return -1;
        if (earlier.sa_handler == SIG_IGN) continue;
        if (sigaction(watched[i], &action, NULL) != 0) return -1;
        sigaddset(&mask, watched[i]);
    }
    return sigprocmask(SIG_UNBLOCK, &mask, NULL);
}

int fasttrain_signal_received(void) { return atomic_load_explicit(&received, memory_order_relaxed); }
