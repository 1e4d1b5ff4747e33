// The signal handlers are written in C because Swift cannot guarantee async-signal-safe code. They only store a number
// or remove unfinished files.
#include "CProgram.h"

#include <CFiles.h>
#include <signal.h>
#include <stdatomic.h>
#include <stddef.h>
#include <unistd.h>

_Static_assert(ATOMIC_INT_LOCK_FREE == 2, "a signal handler may only touch lock-free atomics");

// SIGXCPU: the CPU time limit is reached (ulimit -t, a batch queue), and only a moment is left.
static const int handled[] = {SIGINT, SIGTERM, SIGHUP, SIGXCPU};
static atomic_int received;

static void end(int number) {
    ft_child_end();
    ft_temporary_remove_all();
    signal(number, SIG_DFL);
    raise(number);
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, number);
    pthread_sigmask(SIG_UNBLOCK, &mask, NULL);  // the signal is delivered here
    _exit(128 + number);  // process 1, of a container for example, survives the default action
}

static void note(int number) {
    int none = 0;
    atomic_compare_exchange_strong(&received, &none, number);
    // SIGXCPU arrives again every second.
    if (number != SIGXCPU) signal(number, end);
}

// Installs `handler` for all handled signals that are not ignored. Returns -1 with errno set on failure.
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

int ft_signal_clean(void) { return handle(end); }

int ft_signal_watch(void) { return handle(note); }

int ft_signal_received(void) { return atomic_load_explicit(&received, memory_order_relaxed); }
